// What is right by itself in an entry of an operator's and still can have no effect under the active configuration: a
// policy that is not there, a tier that nobody is on, a value that no request has.

import { isNetwork, parseNetwork, writeNetwork } from "../access/address-map.ts";
import { toAlgorithm } from "../algorithms/registry.ts";
import { findMissingPart } from "../config/checks/find-missing-keys.ts";
import { isOnTiers, isUsed } from "../config/checks/find-unused.ts";
import type { Config } from "../config/config.ts";
import { findPatternProblem, findValueProblem } from "../keys/key-value.ts";
import { type KeyPart, parseKey } from "../keys/parse-key.ts";
import { applyLimits } from "../policies/apply-limits.ts";
import { toUnknownPolicy } from "../policies/find-named-policies.ts";
import type { Policy } from "../policies/policy.ts";
import type { Problem } from "../result.ts";
import { toInvalid, toUnknownKeyMessage, withHint } from "../schema/parse-with.ts";
import type { EntryBody, EntryKind } from "./entries.ts";

export interface Vain extends Problem {
  /**
   * "wrong" can never have an effect; "vain" can have none now, and may be forced; "doubtful" may be meant, and is said.
   */
  readonly severity: "wrong" | "vain" | "doubtful";
}

export interface EntrySurroundings {
  readonly config: Config;
  readonly nowMs: number;
  /** Whether an access entry denies somebody. */
  readonly hasDenials: boolean;
}

type Check<Kind extends EntryKind> = (body: EntryBody<Kind>, around: EntrySurroundings) => readonly Vain[];

const checks: { readonly [Kind in EntryKind]: Check<Kind> } = {
  keys: checkKey,
  overrides: checkOverride,
  bans: checkBan,
  access: checkAccess,
  tokens: () => [],
  requests: checkRequest,
};

export function checkEntry<Kind extends EntryKind>(
  kind: Kind,
  body: EntryBody<Kind>,
  around: EntrySurroundings,
): readonly Vain[] {
  const check: Check<Kind> = checks[kind];
  return [...checkEnd(body, around), ...check(body, around)];
}

interface AskedKey {
  readonly path: string;
  readonly config: Config;
  readonly find: typeof findValueProblem;
}

/** Problems of a key that is written as one text for each of its parts. */
export function findKeyProblems(
  key: readonly string[],
  parts: readonly KeyPart[],
  { path, config, find }: AskedKey,
): readonly Problem[] {
  if (key.length === parts.length)
    return parts.flatMap((part, at) => {
      const problem = find(key[at] ?? "", { part, path: `${path}.${at}`, rules: config });
      return problem ?? [];
    });
  const labels = parts.map(({ label }) => label).join(", ");
  const message = `must have ${parts.length} values, for ${labels}, received ${key.length}`;
  return [{ path, code: "invalid", message }];
}

function checkEnd({ expiresAtMs = Infinity }: EntryBody, { nowMs }: EntrySurroundings): readonly Vain[] {
  return expiresAtMs > nowMs ? [] : [toWrong({ path: "expiresAtMs", code: "no-effect", message: "is over" })];
}

function checkKey({ tier, scopes }: EntryBody<"keys">, { config }: EntrySurroundings): readonly Vain[] {
  const { routes } = config;
  const known = [...new Set(routes.flatMap((route) => route.scopes))];
  const unknown = scopes.filter((scope) => !known.includes(scope));
  const isOpen = routes.every(({ auth }) => auth === "none");
  return [
    ...checkTier(tier, config),
    ...unknown.map((scope, at) => {
      const wanted =
        known.length === 0 ? "no route asks for a scope" : "must be a scope that a route asks for";
      const problem = toInvalid(`scopes.${at}`, { wanted, given: scope, code: "unknown-scope", known });
      return known.length === 0 ? toDoubtful(problem) : toVain(problem);
    }),
    ...(isOpen ? [toDoubtful(toNoEffect("", 'no route asks for a key: give one auth: "required"'))] : []),
  ];
}

function checkTier(tier: string | undefined, { tiers: known }: Config): readonly Vain[] {
  if (tier === undefined || known.includes(tier)) return [];
  const wanted =
    known.length === 0
      ? "must be a tier of the configuration, which has none"
      : `must be a tier of the configuration: ${known.join(", ")}`;
  return [toVain(toInvalid("tier", { wanted, given: tier, code: "unknown-tier", known }))];
}

function checkOverride(body: EntryBody<"overrides">, { config }: EntrySurroundings): readonly Vain[] {
  const { policies } = config;
  const policy = policies.find(({ name }) => name === body.policy);
  if (policy === undefined) {
    const names = policies.map(({ name }) => name);
    return [toVain(toUnknownPolicy("policy", body.policy, names)), ...checkTier(body.tier, config)];
  }
  const { key, tier } = body;
  const on = JSON.stringify(policy.name);
  const keyProblems =
    key === undefined
      ? []
      : findKeyProblems(key, policy.key, { path: "key", config, find: findPatternProblem });
  return [
    ...(isUsed(policy, config) ? [] : [toVain(toNoEffect("policy", `no route, pool or batch uses ${on}`))]),
    ...keyProblems.map(toWrong),
    ...checkTier(tier, config),
    ...(tier === undefined || isOnTiers(policy, config)
      ? []
      : [toVain(toNoEffect("tier", `no route with auth uses ${on}, so nobody is on a tier there`))]),
    ...checkLimits(policy, body).map(toWrong),
    ...findVainOptions(body).map(toDoubtful),
  ];
}

function checkLimits(policy: Policy, { limit, burst, window }: EntryBody<"overrides">): readonly Problem[] {
  const algorithm = toAlgorithm(policy.algorithm);
  const given = Object.entries({ limit, burst, window }).filter(([, value]) => value !== undefined);
  const foreign = given.filter(([name]) => !algorithm.optionNames.includes(name));
  if (foreign.length > 0)
    return foreign.map(([name]) => ({
      path: name,
      code: "unknown-key",
      message: `${policy.algorithm} takes no ${name}: ${toUnknownKeyMessage(name, algorithm.optionNames)}`,
    }));
  const applied = applyLimits(policy, { limit, burst, window });
  return applied.ok ? [] : applied.error;
}

/** Where nothing is counted, nothing else of the limits says anything. */
function findVainOptions({ limit, ...options }: EntryBody<"overrides">): readonly Problem[] {
  if (limit !== 0 && limit !== "unlimited") return [];
  const given = (["burst", "window"] as const).filter((name) => options[name] !== undefined);
  return given.map((name) => toNoEffect(name, `nothing is counted under a limit of ${limit}`));
}

function checkBan({ key, value }: EntryBody<"bans">, { config }: EntrySurroundings): readonly Vain[] {
  const parsed = parseKey(key, "key");
  const [part] = parsed.ok ? parsed.value : [];
  if (part === undefined) return [];
  return [...checkPart(part, config), ...checkBanned(part, value, config)];
}

function checkBanned(part: KeyPart, given: string, rules: Config): readonly Vain[] {
  const network = part.label === "ip" && given.includes("/") ? parseNetwork(given) : undefined;
  if (network === undefined) {
    const problem = findValueProblem(given, { part, path: "value", rules });
    return problem === undefined ? [] : [toWrong(problem)];
  }
  if (isNetwork(given)) return [];
  const wanted = withHint("must be a network without bits beyond its prefix", writeNetwork(network));
  return [toWrong(toInvalid("value", { wanted, given }))];
}

/** Whether no request can have the part, as far as that is in the configuration. */
function checkPart(part: KeyPart, config: Config): readonly Vain[] {
  const missing = config.routes.map((route) => findMissingPart(part, route, config));
  const [first] = missing;
  if (first === undefined || missing.includes(undefined)) return [];
  return [toVain(toNoEffect("key", `no request has "${part.label}": ${first.replace(/^and /, "")}`))];
}

function checkRequest({ state, override }: EntryBody<"requests">): readonly Vain[] {
  const message = "must be granted by an override: POST /requests/{id}/grant";
  return state === "granted" && override === undefined ? [toWrong(toNoEffect("state", message))] : [];
}

function checkAccess({ action }: EntryBody<"access">, around: EntrySurroundings): readonly Vain[] {
  const { config, hasDenials } = around;
  if (action === "unlimited" && config.policies.length === 0)
    return [toVain(toNoEffect("action", "there are no policies"))];
  if (action !== "allow" || hasDenials || config.routes.some(({ access }) => access.length > 0)) return [];
  const message = "nobody is kept out, and an entry that allows keeps nobody out: deny the others";
  return [toDoubtful(toNoEffect("action", message))];
}

const toNoEffect = (path: string, message: string): Problem => ({ path, code: "no-effect", message });
const toWrong = (problem: Problem): Vain => ({ ...problem, severity: "wrong" });
const toVain = (problem: Problem): Vain => ({ ...problem, severity: "vain" });
const toDoubtful = (problem: Problem): Vain => ({ ...problem, severity: "doubtful" });
