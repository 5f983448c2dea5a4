// Answers a request from this isolate's leases alone: taken from all of its policies, or from none.

import type { Policy } from "../../core/policies/policy.ts";
import {
  combineVerdicts,
  type PolicyVerdict,
  toPolicyVerdict,
} from "../../core/policies/combine-verdicts.ts";
import { readClock } from "../../platform/clock.ts";
import { type CheckedLimits, UNCHECKED } from "./checked-limits.ts";
import type { LimiterContext } from "./limiter.ts";
import type { Group } from "./counter-client.ts";
import { giveLeasesBack, type LeaseTake, renewLeases, takeLeases, toLeaseVerdicts } from "./take-leases.ts";

export interface Leasing {
  readonly take: LeaseTake;
  /** Names the objects, which nobody needs unless a lease is renewed. */
  readonly toGroups: () => readonly Group[];
  readonly context: LimiterContext;
}

/** `keys` are the counter keys by policy. */
export function decideByLeases(
  policies: readonly Policy[],
  keys: ReadonlyMap<string, string>,
  { take, toGroups, context }: Leasing,
): CheckedLimits {
  const { leases } = context.gateway;
  if (take.isRefused) giveLeasesBack(take, leases);
  const verdicts = toLeaseVerdicts(take, leases);
  if (take.isDue) renewLeases(toGroups, take, context);
  // Verdicts come in the order of the policies; those that do not count this request have none.
  const enforced: PolicyVerdict[] = [];
  for (const policy of policies) {
    const verdict = verdicts[enforced.length];
    if (verdict?.policy === policy.name) enforced.push(toPolicyVerdict(verdict, policy));
  }
  return { ...UNCHECKED, policies, answer: combineVerdicts(enforced), keys };
}

/** What was asked before a lease came, and denied because of it, is for that lease to allow. */
export function takeLater(
  policies: readonly Policy[],
  keys: ReadonlyMap<string, string>,
  { take: { cost }, toGroups, context }: Leasing,
): CheckedLimits | undefined {
  const { leases } = context.gateway;
  const take = takeLeases(policies, keys, { leases, cost, nowMs: readClock() });
  if (take === undefined) return undefined;
  if (take.isDecided && !take.isRefused) return decideByLeases(policies, keys, { take, toGroups, context });
  giveLeasesBack(take, leases);
  return undefined;
}
