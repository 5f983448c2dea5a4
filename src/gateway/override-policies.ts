// Puts the overrides in force over a request's policies. Nobody pays for it where there is none.

import type { Policy } from "../core/config/config.ts";
import { findOverride, type OverrideIndex } from "../core/control/override-index.ts";
import { readClock } from "../platform/clock.ts";
import type { RequestFacts } from "./request-facts.ts";

/** The policies with the limits that are this request's: the very list where no override changes any. */
export function overridePolicies(
  policies: readonly Policy[],
  facts: RequestFacts,
  overrides: OverrideIndex | undefined,
): readonly Policy[] {
  if (overrides === undefined) return policies;
  const nowMs = readClock();
  let isChanged = false;
  const changed = policies.map((policy) => {
    if (!overrides.has(policy.name)) return policy;
    const key = policy.key.map(({ read, argument }) => read(facts, argument));
    const found = findOverride(overrides, policy.name, { key, tier: undefined, nowMs });
    isChanged ||= found !== undefined;
    return found?.policy ?? policy;
  });
  return isChanged ? changed : policies;
}
