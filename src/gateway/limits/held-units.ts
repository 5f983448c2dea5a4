// What a decision has taken of its counter objects, as it is renewed and given back.

import type { PolicyRow } from "../../core/policies/policy-rows.ts";
import type { CheckedLimits, ObjectDecision } from "./checked-limits.ts";
import type { HeldUnits } from "./counter-client.ts";
import type { LimiterContext } from "./limiter.ts";
import { isTaken } from "./take-leases.ts";

type Row = Readonly<PolicyRow>;

/** The part of a decision that these rows have taken; empty where they have taken nothing. */
export function toHeld(
  { id, group, answer }: ObjectDecision,
  isWanted: (row: Row) => boolean,
): readonly HeldUnits[] {
  // A shadow policy that denied has given nothing.
  const policies = group.rows
    .filter((row) => row.cost > 0 && row.verdict?.outcome === "allowed" && isWanted(row))
    .map(({ policy }) => policy.name);
  if (policies.length === 0) return [];
  const keys = group.keys.map(({ key, checks }) => ({
    key,
    checks: checks.filter(({ policy }) => policies.includes(policy)),
  }));
  const { takenAtMs, failure } = answer;
  return [{ id, object: group.object, keys, policies, failure, takenAtMs }];
}

/**
 * Gives back all that was taken, since nothing comes of the request that it was taken for. `leaseSeq` is the number of the
 * last lease report before that: what was reported since stays spent.
 */
export async function giveBackLimits(
  { rows, taken }: CheckedLimits,
  leaseSeq: number,
  { gateway: { counters, leases }, waitUntil }: LimiterContext,
): Promise<void> {
  for (const { lease, cost } of rows)
    if (lease !== undefined && isTaken(lease.answer)) leases.giveBack(lease.key, cost, leaseSeq);
  const held = taken.flatMap((decision) => toHeld(decision, () => true));
  await Promise.all(held.map(async (one) => counters.giveBack(one, { waitUntil })));
}
