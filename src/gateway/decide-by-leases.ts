// Answers a request from this isolate's leases alone: taken from all of its policies, or from none.

import type { Policy } from "../core/config/config.ts";
import { combineVerdicts, toPolicyVerdict } from "../core/policies/combine-verdicts.ts";
import { readClock } from "../platform/clock.ts";
import type { CheckedLimits, LimitContext } from "./check-limits.ts";
import type { Grouped } from "./group-policies.ts";
import { giveLeasesBack, type LeaseTake, renewLeases, takeLeases, toLeaseVerdicts } from "./take-leases.ts";

export function decideByLeases(
  policies: readonly Policy[],
  { groups, keys }: Grouped,
  { take, context }: { readonly take: LeaseTake; readonly context: LimitContext },
): CheckedLimits {
  const { leases } = context.gateway;
  if (take.isRefused) giveLeasesBack(take, leases);
  const verdicts = new Map(toLeaseVerdicts(take, leases).map((verdict) => [verdict.policy, verdict]));
  renewLeases(groups, take, context);
  const enforced = policies.flatMap((policy) => {
    const verdict = verdicts.get(policy.name);
    return verdict === undefined ? [] : [toPolicyVerdict(verdict, policy)];
  });
  const answer = combineVerdicts(enforced);
  return { policies, answer, shadows: [], keys, missing: [], degraded: new Map(), taken: [] };
}

/** What was asked before a lease came, and denied because of it, is for that lease to allow. */
export function takeLater(
  policies: readonly Policy[],
  grouped: Grouped,
  { take: { cost }, context }: { readonly take: LeaseTake; readonly context: LimitContext },
): CheckedLimits | undefined {
  const { leases } = context.gateway;
  const take = takeLeases(policies, grouped.keys, { leases, cost, nowMs: readClock() });
  if (take === undefined) return undefined;
  if (take.isDecided && !take.isRefused) return decideByLeases(policies, grouped, { take, context });
  giveLeasesBack(take, leases);
  return undefined;
}
