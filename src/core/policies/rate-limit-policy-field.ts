// RateLimit-Policy of a route: the same for every response of it, so made at start-up.

import { toQuotaUnit } from "./policy-units.ts";
import type { Policy } from "./policy.ts";
import { toRateLimitPolicyMember } from "./rate-limit-headers.ts";

/** The value of RateLimit-Policy for these policies. */
export function toRateLimitPolicyField(policies: readonly Policy[]): string {
  return policies.map((policy) => toRateLimitPolicyMember(policy, toQuotaUnit(policy))).join(", ");
}
