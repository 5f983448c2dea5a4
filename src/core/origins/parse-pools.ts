// Reads the origin pools of the configuration: unknown -> frozen pools by name, or every problem.

import { haveVariants } from "../policies/pick-variants.ts";
import { STAND_IN_INDEX } from "../policies/limited-route.ts";
import type * as v from "valibot";
import { foldName } from "../http/field-name.ts";
import { hash32 } from "../keys/hash32.ts";
import { type KeyPart, parseKey } from "../keys/parse-key.ts";
import type { OriginPool, PoolMember } from "./origin-pool.ts";
import { limitByMember } from "../outbound/by-member.ts";
import type { OutboundSettings } from "../outbound/outbound-settings.ts";
import { findBinding, findBindingProblems, findOwnUrl, toBindingName } from "./member-binding.ts";
import { memberSchema, poolSchema } from "./pool-schema.ts";
import { ok, type Problem, type Result } from "../result.ts";
import { findScopeProblems, isOfModels, toFeedback } from "../feedback/parse-feedback.ts";
import { NAME, NAME_WANTED } from "../schema/primitives.ts";
import type { Policy } from "../policies/policy.ts";
import { deepFreeze } from "../schema/deep-freeze.ts";
import { parseOrigin, ZONE } from "./parse-origin.ts";
import { toEntries } from "../schema/list-of.ts";
import { isObject, parseWith, showGiven, toInvalid } from "../schema/parse-with.ts";
import { findImpossible, type NamedPolicies, findNamedPolicies } from "../policies/find-named-policies.ts";

/** The pools by name; problems are added to `problems`. */
export function parsePools(
  input: Readonly<Record<string, unknown>>,
  named: NamedPolicies,
  problems: Problem[],
): ReadonlyMap<string, OriginPool> {
  const pools = new Map<string, OriginPool>();
  for (const [index, [name, options]] of Object.entries(input).entries()) {
    const path = `origins.${name}`;
    // "zone" is an origin already.
    if (!NAME.test(name) || name === ZONE) {
      problems.push(toInvalid(path, { wanted: `${NAME_WANTED}, and not "${ZONE}"`, given: name }));
    }
    const pool = parsePool({ name, index, options, named }, problems);
    if (pool !== undefined) pools.set(name, pool);
  }
  return pools;
}

interface PoolGiven {
  readonly name: string;
  readonly index: number;
  readonly options: unknown;
  readonly named: NamedPolicies;
}

function parsePool({ name, index, options, named }: PoolGiven, problems: Problem[]): OriginPool | undefined {
  const path = `origins.${name}`;
  const parsed = parseWith(poolSchema, options, path);
  if (!parsed.ok) problems.push(...parsed.error);
  // References are read also when the rest has problems, so that all are reported at once.
  const given: Readonly<Record<string, unknown>> = isObject(options) ? options : {};
  const members = parseMembers(given["members"], path, problems);
  const affinity = parseAffinity(given["affinity"], path);
  if (!affinity.ok) problems.push(...affinity.error);
  const policies = findNamedPolicies(given["policies"], { ...named, path }, problems);
  problems.push(...findImpossible(policies, given["cost"], path));
  problems.push(...findPerProblems(given, path));
  problems.push(...findScopeProblems(given["feedback"], `${path}.feedback`, given["policies"]));
  if (!parsed.ok || !affinity.ok) return undefined;
  problems.push(...findElsewhereProblems(parsed.value, members, path));
  const outbound = toOutbound(parsed.value, { policies, index, members });
  return toPool(name, parsed.value, { members, affinity: affinity.value, outbound });
}

/** It says of what calls are counted by, and what an origin says, how far it goes. */
function findPerProblems(
  { per, policies, feedback }: Readonly<Record<string, unknown>>,
  path: string,
): readonly Problem[] {
  if (per !== "member" || feedback !== undefined || toEntries(policies).length > 0) return [];
  const message = 'needs policies or feedback: without them nothing is counted "per" anything';
  return [{ path: `${path}.per`, code: "invalid", message }];
}

/** Only another member is asked. */
function findElsewhereProblems(
  { retries: { nonIdempotent = [], max } }: v.InferOutput<typeof poolSchema>,
  { length }: readonly PoolMember[],
  path: string,
): readonly Problem[] {
  if (nonIdempotent.length === 0 || (length > 1 && max > 0)) return [];
  const message = "needs a second member, and retries: without them there is nobody else to ask";
  return [{ path: `${path}.retries.nonIdempotent`, code: "invalid", message }];
}

function parseMembers(input: unknown, path: string, problems: Problem[]): readonly PoolMember[] {
  const members: PoolMember[] = [];
  const given = toEntries(input);
  for (const [index, value] of given.entries()) {
    const at = `${path}.members.${index}`;
    const parsed = parseMember(value, at, problems);
    if (parsed === undefined) continue;
    const member = members.some(({ url }) => url === parsed.url) ? toAccount(parsed) : parsed;
    if (members.some(({ url }) => url === member.url)) {
      const message = `must name each origin once, or each of its accounts (account), received ${showGiven(member.url)} again`;
      problems.push({ path: at, code: "duplicate", message });
    } else members.push(member);
  }
  return members;
}

/** The same origin again is another account where it is shown another secret. */
function toAccount(member: PoolMember): PoolMember {
  const { url, credential } = member;
  if (credential === undefined || url.includes("#")) return member;
  const label = `${url}#${credential.secret}`;
  return { ...member, url: label, seed: hash32(label) };
}

function parseMember(value: unknown, path: string, problems: Problem[]): PoolMember | undefined {
  const options = typeof value === "string" ? { url: value } : value;
  const parsed = parseWith(memberSchema, options, path);
  if (!parsed.ok) problems.push(...parsed.error.filter((problem) => problem.path !== `${path}.url`));
  if (!isObject(options)) return undefined;
  const own = findOwnUrl(options);
  problems.push(...findBindingProblems(options, path));
  const url = parseUrl(own ?? options["url"], typeof value === "string" ? path : `${path}.url`);
  if (!url.ok) problems.push(...url.error);
  if (!parsed.ok || !url.ok) return undefined;
  const { weight, role, host, stripPrefix = "", headers, credential, account } = parsed.value;
  const taken = Object.keys(headers).find((field) => foldName(field) === foldName(credential?.header ?? ""));
  if (taken !== undefined) {
    const message = "must not set the field that the credential stands in";
    problems.push({ path: `${path}.headers.${taken}`, code: "invalid", message });
  }
  const binding = findBinding(options);
  const name = toMemberName(own === undefined ? url.value : toBindingName(binding), account);
  return {
    url: name,
    weight,
    isFallback: role === "fallback",
    ...toTarget(url.value, host),
    binding,
    stripPrefix,
    headers: Object.entries(headers).map(([field, text]) => [field.toLowerCase(), text] as const),
    credential,
    seed: hash32(name),
  };
}

const toMemberName = (shown: string, account: string | undefined): string =>
  account === undefined ? shown : `${shown}#${account}`;

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

interface OutboundParts {
  readonly policies: readonly Policy[];
  readonly index: number;
  readonly members: readonly PoolMember[];
}

/** The outbound limits; undefined without policies and without a profile, where they would only cost time. */
function toOutbound(
  { cost, whenLimited, queue, priority, feedback, per }: v.InferOutput<typeof poolSchema>,
  { policies, index, members }: OutboundParts,
): OutboundSettings | undefined {
  if (policies.length === 0 && feedback === undefined) return undefined;
  const hasVariants = haveVariants(policies);
  // Routes count up from 0, and the limit of failed credentials has -1.
  const own = { index: STAND_IN_INDEX.pools - index, path: "", countsAll: true } as const;
  const limited = { ...own, policies, hasVariants, cost };
  const names = members.map(({ url }) => url);
  return {
    limited,
    byMember: per === "member" ? limitByMember(limited, names) : undefined,
    whenLimited,
    queue: {
      waitMsMax: queue.waitMax,
      lengthMax: queue.lengthMax,
      clientMax: Math.max(1, Math.floor((queue.lengthMax * queue.share) / 100)),
    },
    priority,
  };
}

function toPool(
  name: string,
  { slow, slowStart, retries, breaker, checks, feedback, adapt, priority }: v.InferOutput<typeof poolSchema>,
  { members, affinity, outbound }: Pick<OriginPool, "members" | "affinity" | "outbound">,
): OriginPool {
  return deepFreeze({
    name,
    members,
    affinity,
    outbound,
    slowMs: slow ?? Infinity,
    slowStartMs: slowStart,
    adapt: adapt && { isShadow: adapt.mode === "shadow", priority },
    feedback: feedback && toFeedback(feedback, outbound?.limited.policies ?? []),
    retries: {
      max: retries.max,
      backoffMs: retries.backoff,
      backoffMsMax: retries.backoffMax,
      retryAfterMsMax: retries.retryAfterMax,
      bodyBytesMax: retries.bodyBytesMax,
      budgetPercent: retries.budgetPercent,
      statuses: retries.statuses,
      nonIdempotent: retries.nonIdempotent ?? (feedback && isOfModels(feedback) ? ["overloaded"] : []),
    },
    breaker: {
      failuresMax: breaker.failures,
      badPercent: breaker.percent,
      answersMin: breaker.answers,
      windowMs: breaker.window,
      openMs: breaker.open,
      probes: breaker.probes,
    },
    checks: checks && {
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
