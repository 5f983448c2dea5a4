// Reads the origin pools of the configuration: unknown -> frozen pools by name, or every problem.

import type * as v from "valibot";
import { findScopeProblems } from "../feedback/feedback-schema.ts";
import { hash32 } from "../keys/hash32.ts";
import { type KeyPart, parseKey } from "../keys/parse-key.ts";
import type { OriginPool, PoolMember } from "../origins/origin-pool.ts";
import { memberSchema, poolSchema } from "../origins/pool-schema.ts";
import { ok, type Problem, type Result } from "../result.ts";
import { NAME, NAME_WANTED } from "./config-schema.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { parseOrigin, ZONE } from "./parse-origin.ts";
import { isObject, parseWith, showGiven } from "./parse-with.ts";

/** The pools by name; problems are added to `problems`. */
export function parsePools(
  input: Readonly<Record<string, unknown>>,
  policyNames: readonly string[],
  problems: Problem[],
): ReadonlyMap<string, OriginPool> {
  const pools = new Map<string, OriginPool>();
  for (const [name, options] of Object.entries(input)) {
    const path = `origins.${name}`;
    // "zone" is an origin already.
    if (!NAME.test(name) || name === ZONE) {
      const message = `${NAME_WANTED}, and not "${ZONE}", received ${showGiven(name)}`;
      problems.push({ path, code: "invalid", message });
    }
    const pool = parsePool(name, options, problems);
    if (pool === undefined) continue;
    pools.set(name, pool);
    problems.push(...findScopeProblems(pool.feedback, `${path}.feedback`, policyNames));
  }
  return pools;
}

function parsePool(name: string, options: unknown, problems: Problem[]): OriginPool | undefined {
  const path = `origins.${name}`;
  const parsed = parseWith(poolSchema, options, path);
  if (!parsed.ok) problems.push(...parsed.error);
  // Members and key are read also when the rest has problems, so that all are reported at once.
  const given: Readonly<Record<string, unknown>> = isObject(options) ? options : {};
  const members = parseMembers(given["members"], path, problems);
  const affinity = parseAffinity(given["affinity"], path);
  if (!affinity.ok) problems.push(...affinity.error);
  if (!parsed.ok || !affinity.ok) return undefined;
  return toPool(name, parsed.value, { members, affinity: affinity.value });
}

function parseMembers(input: unknown, path: string, problems: Problem[]): readonly PoolMember[] {
  const members: PoolMember[] = [];
  const given: readonly unknown[] = Array.isArray(input) ? input : [];
  for (const [index, value] of given.entries()) {
    const at = `${path}.members.${index}`;
    const member = parseMember(value, at, problems);
    if (member === undefined) continue;
    if (members.some(({ url }) => url === member.url)) {
      const message = `must name each origin once, received ${showGiven(member.url)} again`;
      problems.push({ path: at, code: "duplicate", message });
    } else members.push(member);
  }
  return members;
}

function parseMember(value: unknown, path: string, problems: Problem[]): PoolMember | undefined {
  const options = typeof value === "string" ? { url: value } : value;
  const parsed = parseWith(memberSchema, options, path);
  if (!parsed.ok) problems.push(...parsed.error.filter((problem) => problem.path !== `${path}.url`));
  if (!isObject(options)) return undefined;
  const url = parseUrl(options["url"], typeof value === "string" ? path : `${path}.url`);
  if (!url.ok) problems.push(...url.error);
  if (!parsed.ok || !url.ok) return undefined;
  const { weight, role, host, stripPrefix = "", headers } = parsed.value;
  return {
    url: url.value,
    weight,
    isFallback: role === "fallback",
    ...toTarget(url.value, host),
    stripPrefix,
    headers: Object.entries(headers).map(([name, text]) => [name.toLowerCase(), text] as const),
    seed: hash32(url.value),
  };
}

function toTarget(url: string, host: string | undefined): Pick<PoolMember, "base" | "connectTo"> {
  if (host === undefined) return { base: url, connectTo: undefined };
  const [, scheme = "", connectTo = "", rest = ""] =
    /^(https?:\/\/)([^/:[\]]+|\[[^\]]+\])(.*)$/.exec(url) ?? [];
  return { base: scheme + host + rest, connectTo };
}

/** A zone has no URL that could be told from another member's. */
function parseUrl(value: unknown, path: string): Result<string> {
  return parseOrigin(value === ZONE ? "" : value, path);
}

function parseAffinity(value: unknown, path: string): Result<readonly KeyPart[] | undefined> {
  return value === undefined ? ok(undefined) : parseKey(value, `${path}.affinity`);
}

function toPool(
  name: string,
  { slow, slowStart, retries, breaker, checks, feedback }: v.InferOutput<typeof poolSchema>,
  { members, affinity }: Pick<OriginPool, "members" | "affinity">,
): OriginPool {
  return deepFreeze({
    name,
    members,
    affinity,
    slowMs: slow ?? Infinity,
    slowStartMs: slowStart,
    feedback,
    retries: {
      max: retries.max,
      backoffMs: retries.backoff,
      backoffMsMax: retries.backoffMax,
      retryAfterMsMax: retries.retryAfterMax,
      bodyBytesMax: retries.bodyBytesMax,
      budgetPercent: retries.budgetPercent,
    },
    breaker: {
      failuresMax: breaker.failures,
      badPercent: breaker.percent,
      answersMin: breaker.answers,
      windowMs: breaker.window,
      openMs: breaker.open,
      probes: breaker.probes,
    },
    checks:
      checks === undefined
        ? undefined
        : {
            path: checks.path,
            intervalMs: checks.interval,
            timeoutMs: checks.timeout,
            statuses: checks.statuses,
            body: checks.body,
            downAfter: checks.down,
            upAfter: checks.up,
          },
  });
}
