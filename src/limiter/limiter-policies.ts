// The policies of a limiter: what a policy of a configuration has, without what needs a route or an answer to be read by.
// Its key is the caller's to say.

import * as v from "valibot";
import type { Algorithm } from "../core/algorithms/algorithm.ts";
import { type AlgorithmName, algorithms } from "../core/algorithms/registry.ts";
import { toOfferedTerms } from "../core/leases/lease-terms.ts";
import type { Policy } from "../core/policies/policy.ts";
import { err, ok, type Problem, type Result } from "../core/result.ts";
import { deepFreeze } from "../core/schema/deep-freeze.ts";
import { findUnknownKeys, isObject, parseWith, toInvalid } from "../core/schema/parse-with.ts";
import { integerBetween, NAME, NAME_WANTED, oneOf } from "../core/schema/primitives.ts";
import type { LimiterPolicyInput } from "./limiter-types.ts";

const common = {
  // A permit is held while a request lives, which a check knows nothing of.
  algorithm: oneOf(Object.keys(algorithms).filter((name) => name !== "concurrency")),
  onError: v.optional(oneOf(["local", "local-full", "open", "closed"]), "local"),
  timeoutMs: v.optional(integerBetween(1, 60_000), 500),
  consistency: v.optional(oneOf(["auto", "exact"]), "auto"),
  mode: v.optional(oneOf(["enforce", "shadow"]), "enforce"),
};
const base = v.object(common);

/** By their names. */
export function parseLimiterPolicies(
  given: Readonly<Record<string, LimiterPolicyInput>>,
): Result<ReadonlyMap<string, Policy>> {
  const policies = new Map<string, Policy>();
  const problems: Problem[] = [];
  for (const [name, options] of Object.entries(given)) {
    const path = `policies.${name}`;
    if (!NAME.test(name)) problems.push(toInvalid(path, { wanted: NAME_WANTED, given: name }));
    const policy = parsePolicy(name, options);
    if (policy.ok) policies.set(name, policy.value);
    else
      for (const { path: within, code, message } of policy.error)
        problems.push({ path: toPath(path, within), code, message });
  }
  return problems.length > 0 ? err(problems) : ok(policies);
}

function toPath(path: string, within: string): string {
  return within === "" ? path : `${path}.${within}`;
}

function parsePolicy(name: string, given: unknown): Result<Policy> {
  if (!isObject(given)) return err([toInvalid("", { wanted: "must be an object", given })]);
  const parsed = parseWith(base, given, "");
  if (!parsed.ok) return parsed;
  const { onError, timeoutMs, mode } = parsed.value;
  const algorithm = parsed.value.algorithm as AlgorithmName;
  const { optionNames, parseConfig } = algorithms[algorithm] as Algorithm<unknown, unknown>;
  const unknown = findUnknownKeys("", Object.keys(given), [...Object.keys(common), ...optionNames]);
  if (unknown.length > 0) return err(unknown);
  const settings = parseConfig(given);
  if (!settings.ok) return settings;
  const shown = settings.value as { readonly limit: number; readonly windowMs?: number };
  const isShadow = mode === "shadow";
  const consistency = isShadow ? "exact" : parsed.value.consistency;
  return ok(
    deepFreeze({
      name,
      algorithm,
      settings: settings.value,
      options: given,
      limit: shown.limit,
      rule: undefined,
      windowMs: shown.windowMs,
      key: [],
      onMissing: "shared",
      onError,
      timeoutMs,
      enforcePercent: isShadow ? 0 : 100,
      cost: undefined,
      settle: undefined,
      ban: undefined,
      consistency,
      lease: toOfferedTerms({ algorithm, consistency }, settings.value),
      plan: undefined,
      variantName: "",
      variants: [],
      tiers: new Map(),
    } satisfies Policy),
  );
}
