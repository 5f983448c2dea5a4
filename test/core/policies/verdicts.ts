// Verdicts of policies, for tests: one with what matters written out, and any.

import * as fc from "fast-check";
import { LIMIT_MAX } from "../../../src/core/schema/primitives.ts";
import type { PolicyVerdict } from "../../../src/core/policies/combine-verdicts.ts";

export function toVerdict(policy: string, given: Partial<PolicyVerdict>): PolicyVerdict {
  return {
    policy,
    outcome: "allowed",
    limit: 10,
    windowMs: 1_000,
    remaining: 0,
    retryAfterMs: 0,
    resetMs: 0,
    ...given,
  };
}

const quantities = {
  limit: fc.integer({ min: 1, max: LIMIT_MAX }),
  windowMs: fc.option(fc.integer({ min: 1, max: 1e10 }), { nil: undefined }),
  resetMs: fc.integer({ min: 0, max: 1e12 }),
};
const verdict = fc.oneof(
  fc.record({
    outcome: fc.constant("allowed" as const),
    remaining: fc.nat(1_000),
    retryAfterMs: fc.constant(0),
    ...quantities,
  }),
  fc.record({
    outcome: fc.constant("denied" as const),
    remaining: fc.nat(1_000),
    retryAfterMs: fc.integer({ min: 1, max: 1e12 }),
    ...quantities,
  }),
  fc.record({
    outcome: fc.constant("impossible" as const),
    remaining: fc.nat(1_000),
    retryAfterMs: fc.constant(Infinity),
    ...quantities,
  }),
);

/** One to five verdicts of policies "a", "b", ... */
export const verdicts = fc
  .array(verdict, { minLength: 1, maxLength: 5 })
  .map((given) => given.map((one, index): PolicyVerdict => ({ policy: "abcde".charAt(index), ...one })));
