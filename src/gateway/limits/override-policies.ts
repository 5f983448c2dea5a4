// Puts the active overrides over a request's policies. Nobody pays for it where there is none.

import { type Facts, toTier } from "../../core/keys/facts.ts";
import { pickClaimed } from "../../core/policies/claimed-limit.ts";
import type { Policy } from "../../core/policies/policy.ts";
import { type AppliedOverride, findOverride, type OverrideIndex } from "../../core/control/override-index.ts";
import { readClock } from "../../platform/clock.ts";

/** The policies with the limits that are this request's: the very list where no override changes any. */
export function overridePolicies(
  policies: readonly Policy[],
  facts: Facts,
  overrides: OverrideIndex | undefined,
): readonly Policy[] {
  if (overrides === undefined) return policies;
  const found = findOverrides(policies, facts, overrides);
  if (found.every((applied) => applied === undefined)) return policies;
  // The requests that a policy's limits of their own count separately go on doing so: what was used stays used.
  return policies.map((policy, index) => {
    const applied = found[index]?.policy;
    if (applied === undefined) return policy;
    // An override of the window alone leaves the limit to the caller's token.
    const claimed = pickClaimed(applied, facts.identity?.token);
    // The calls of a pool's members may have keys of their own.
    return { ...claimed, key: policy.key, variantName: policy.variantName };
  });
}

/** In the order of the policies; undefined where none is active. */
export function findOverrides(
  policies: readonly Policy[],
  facts: Facts,
  overrides: OverrideIndex | undefined,
): readonly (AppliedOverride | undefined)[] {
  const nowMs = readClock();
  return policies.map((policy) => {
    if (overrides?.has(policy.name) !== true) return undefined;
    const key = policy.key.map(({ read, argument }) => read(facts, argument));
    return findOverride(overrides, policy.name, { key, tier: toTier(facts), nowMs });
  });
}
