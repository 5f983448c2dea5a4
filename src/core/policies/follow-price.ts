// What a request takes from a policy whose limit follows an origin pool. A counter's limit is the same for all who ask, and
// each isolate hears at another moment how much the pool lets in: so the limit stays, and a request costs more of it.

import { UNIT_PARTS } from "../algorithms/stored-state.ts";
import type { FollowRule } from "./limit-rule.ts";
import type { Policy } from "./policy.ts";

export type Followed = Pick<Policy, "limit" | "rule" | "settings">;

/** What the limit comes to while the pool lets in this share, from 0 to 1, of what comes. */
export function toFollowedLimit({ limit, rule }: Pick<Followed, "limit" | "rule">, share: number): number {
  return rule?.kind === "follow" ? Math.max(rule.min, limit * Math.min(1, share)) : limit;
}

/**
 * The cost of a request that takes `units` while nothing is shed: in whole parts of a unit, rounded up, so that no more requests
 * are admitted than by the lower limit; at the least limit rounded down, so that no fewer are. Never more than the policy admits at
 * once, or the request would never pass.
 */
export function toFollowedCost(policy: Followed, units: number, share: number): number {
  if (policy.rule?.kind !== "follow" || share >= 1) return units;
  const cost = toParts(policy, units, share);
  return Math.max(units, Math.min(toCapacity(policy), cost / UNIT_PARTS));
}

function toParts({ limit, rule }: Followed, units: number, share: number): number {
  const toRaised = (lower: number): number => ((units * limit) / lower) * UNIT_PARTS;
  const most = rule?.kind === "follow" ? Math.floor(toRaised(rule.min)) : Infinity;
  return Math.min(most, Math.ceil(toRaised(toFollowedLimit({ limit, rule }, share))));
}

/** What of a problem says that its cost is only so high under pressure. */
export function toPressed(policy: Followed, units: number): string {
  const dearest = toDearest(policy, units);
  return dearest > units ? `, which costs ${dearest} while its pool is under pressure` : "";
}

/** The most that such a request can cost. */
export function toDearest(policy: Followed, units: number): number {
  if (policy.rule?.kind !== "follow") return units;
  return Math.ceil((units * policy.limit) / toFollowedLimit(policy, 0));
}

function toCapacity({ settings }: Pick<Followed, "settings">): number {
  const { limit, burst = limit } = settings as { readonly limit: number; readonly burst?: number };
  return burst;
}

export interface FollowingPolicy extends Policy {
  readonly rule: FollowRule;
}

/** Its limits that follow a pool: its own, and those of tiers. */
export function listFollowing(policy: Policy): readonly FollowingPolicy[] {
  return [policy, ...policy.tiers.values()].filter(
    (one): one is FollowingPolicy => one.rule?.kind === "follow",
  );
}
