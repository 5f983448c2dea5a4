// Reads the policies: what all have in common, then the options of each one's algorithm, which the registry checks.

import * as v from "valibot";
import type { Algorithm } from "../algorithms/algorithm.ts";
import { algorithms, type AlgorithmName } from "../algorithms/registry.ts";
import { toOfferedTerms } from "../leases/lease-terms.ts";
import { parseKey } from "../keys/parse-key.ts";
import type { Problem } from "../result.ts";
import { type ParsedLimits, parseLimits } from "./parse-limits.ts";
import { policyBase } from "./policy-schema.ts";
import { NAME, NAME_WANTED } from "../schema/primitives.ts";
import type { Policy } from "./policy.ts";
import { deepFreeze } from "../schema/deep-freeze.ts";
import { findTierEntries, parseVariants, parseTierPolicy, type VariantSource } from "./parse-variants.ts";
import { findUnknownKeys, isObject, parseWith, toInvalid } from "../schema/parse-with.ts";

const base = v.object(policyBase);

export interface PoliciesContext {
  /** Multiplies limits and bursts. */
  readonly limitFactor: number;
  /** The configuration's `tiers`, as they are given. */
  readonly tiers?: unknown;
  /** The paths of all routes, as they are written. */
  readonly routePaths?: readonly string[];
}

/** The policies by name; problems are added to `problems`. */
export function parsePolicies(
  input: Readonly<Record<string, unknown>>,
  context: PoliciesContext,
  problems: Problem[],
): ReadonlyMap<string, Policy> {
  const policies = new Map<string, Policy>();
  for (const [name, options] of Object.entries(input)) {
    const path = `policies.${name}`;
    const isNamed = NAME.test(name);
    if (!isNamed) problems.push(toInvalid(path, { wanted: NAME_WANTED, given: name }));
    if (!isObject(options)) {
      problems.push(toInvalid(path, { wanted: "must be an object", given: options }));
      continue;
    }
    const policy = parsePolicy({ name, options, context }, problems);
    if (policy !== undefined && isNamed) policies.set(name, policy);
  }
  return policies;
}

interface PolicyGiven {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>>;
  readonly context: PoliciesContext;
}

function parsePolicy({ name, options, context }: PolicyGiven, problems: Problem[]): Policy | undefined {
  const path = `policies.${name}`;
  const found: Problem[] = [];
  const common = parseWith(base, options, path);
  if (!common.ok) found.push(...common.error.filter((problem) => problem.path !== `${path}.key`));
  const key = parseKey(options["key"], `${path}.key`);
  if (!key.ok) found.push(...key.error);
  const algorithm = findAlgorithm(options["algorithm"]);
  const limits = algorithm === undefined ? undefined : parseLimits(algorithm, options, context.limitFactor);
  if (limits?.ok === false) {
    found.push(...limits.error.map((problem) => ({ ...problem, path: `${path}.${problem.path}` })));
  }
  if (algorithm !== undefined) found.push(...findUnknown(path, options, algorithm));
  problems.push(...found);
  if (found.length > 0 || !common.ok || !key.ok || limits?.ok !== true) return undefined;
  const hasTiers = findTierEntries(context.tiers, name).length > 0;
  const policy = toPolicy(name, common.value, { ...limits.value, key: key.value, hasTiers });
  return withVariants(policy, { name, options, context }, problems);
}

function findUnknown(
  path: string,
  options: PolicyGiven["options"],
  { optionNames }: Algorithm<unknown, unknown>,
): readonly Problem[] {
  const known = [...Object.keys(policyBase), ...optionNames];
  return findUnknownKeys(`${path}.`, Object.keys(options), known);
}

/** The policy with the limits that it has for tiers, methods, countries and routes. */
function withVariants(
  policy: Policy,
  { name, options, context: { limitFactor, tiers, routePaths = [] } }: PolicyGiven,
  problems: Problem[],
): Policy {
  const algorithm = algorithms[policy.algorithm] as Algorithm<unknown, unknown>;
  const source: VariantSource = {
    policy,
    options,
    optionNames: algorithm.optionNames,
    parseLimits: (changed) => parseLimits(algorithm, changed, limitFactor),
    routePaths,
  };
  const variants = parseVariants(source, {
    given: options["limits"],
    path: `policies.${name}.limits`,
    problems,
  });
  const byTier = new Map<string, Policy>();
  for (const [tier, given] of findTierEntries(tiers, name)) {
    const own = parseTierPolicy(
      { ...source, policy: { ...policy, plan: tier } },
      { given, path: `tiers.${tier}.${name}`, problems },
    );
    if (own !== undefined) byTier.set(tier, deepFreeze(own));
  }
  return deepFreeze({ ...policy, variants, tiers: byTier });
}

function toPolicy(
  name: string,
  common: v.InferOutput<typeof base>,
  { settings, options, rule, key, hasTiers }: ParsedLimits & Pick<Policy, "key"> & { hasTiers: boolean },
): Policy {
  const { mode, enforcePercent, onMissing, onError, timeoutMs, cost, settle, ban } = common;
  const algorithm = common.algorithm as AlgorithmName;
  // Settling, bans and dry runs need every request at the counter. Limits that claims say may be any number for one key, and
  // only some of them have a counter at a time.
  const isClaimed = rule?.kind === "claim";
  const isExact =
    settle !== undefined || ban !== undefined || mode === "shadow" || enforcePercent < 100 || isClaimed;
  const consistency = isExact ? "exact" : common.consistency;
  const shown = settings as { readonly limit: number; readonly windowMs?: number };
  return {
    name,
    algorithm,
    settings,
    options,
    limit: rule?.kind === "none" ? 0 : shown.limit,
    rule,
    windowMs: shown.windowMs,
    key,
    onMissing,
    onError,
    timeoutMs,
    enforcePercent: mode === "shadow" ? 0 : enforcePercent,
    cost,
    settle,
    ban,
    consistency,
    lease: toOfferedTerms({ algorithm, consistency }, settings),
    plan: hasTiers || isClaimed ? "" : undefined,
    variantName: "",
    variants: [],
    tiers: new Map(),
  };
}

function findAlgorithm(name: unknown): Algorithm<unknown, unknown> | undefined {
  if (typeof name !== "string" || !Object.hasOwn(algorithms, name)) return undefined;
  return algorithms[name as AlgorithmName] as Algorithm<unknown, unknown>;
}
