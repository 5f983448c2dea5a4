// Decides a request in this Worker instance (isolate), from quota leases that counter objects have granted it. What leases
// answer is written in the request's rows.

import { toCounterName } from "../../core/counters/plans.ts";
import type { PolicyVerdict } from "../../core/policies/combine-verdicts.ts";
import type { LeaseAnswer, Leases } from "../../core/leases/isolate-leases.ts";
import type { PolicyRow, RowLease } from "../../core/policies/policy-rows.ts";

export const isTaken = (answer: LeaseAnswer): boolean => answer === "taken" || answer === "taken-renew";
export const isDenied = (answer: LeaseAnswer): boolean => answer === "denied" || answer === "denied-renew";
/** Whether a report should go out. */
export const isDue = (answer: LeaseAnswer): boolean => answer === "taken-renew" || answer === "denied-renew";

/** Takes every row's cost from its lease. What they come to together: "ask" where not all are decided by that. */
export function takeLeases(rows: readonly PolicyRow[], leases: Leases, nowMs: number): LeaseAnswer {
  let hasAsking = false;
  let hasDenied = false;
  let hasDue = false;
  for (const row of rows) {
    const answer = takeLease(row, leases, nowMs);
    hasAsking ||= answer === "ask";
    hasDenied ||= isDenied(answer);
    hasDue ||= isDue(answer);
  }
  if (hasAsking) return "ask";
  if (hasDenied) return hasDue ? "denied-renew" : "denied";
  return hasDue ? "taken-renew" : "taken";
}

function takeLease(row: PolicyRow, leases: Leases, nowMs: number): LeaseAnswer {
  const { policy, cost } = row;
  if (policy.lease === undefined) return "ask";
  const key = `${toCounterName({ policy: policy.name, plan: policy.plan })}\n${row.key}`;
  // A peek wants to know what the counter knows.
  const answer = cost === 0 ? "ask" : leases.take(key, cost, nowMs);
  row.lease = { key, answer, reservation: undefined, report: undefined };
  return answer;
}

/** Gives back what was taken a moment ago: nothing was reported since. */
export function giveLeasesBack(rows: readonly PolicyRow[], leases: Leases): void {
  for (const { lease, cost } of rows)
    if (lease !== undefined && isTaken(lease.answer)) leases.giveBack(lease.key, cost, leases.seq);
}

/** Reserves what was taken, while counter objects decide the other rows. */
export function reserveLeases(rows: readonly PolicyRow[], leases: Leases): void {
  for (const { lease, cost } of rows)
    if (lease !== undefined && isTaken(lease.answer)) lease.reservation = leases.reserve(lease.key, cost);
}

/** Spends what was reserved: all policies allow. */
export function commitLeases(rows: readonly PolicyRow[], leases: Leases): void {
  for (const { lease } of rows) if (lease?.reservation !== undefined) leases.commit(lease.reservation);
}

/** Gives back what was reserved: a policy denies. */
export function cancelLeases(rows: readonly PolicyRow[], leases: Leases): void {
  for (const { lease } of rows) if (lease?.reservation !== undefined) leases.cancel(lease.reservation);
}

/**
 * Writes the verdicts of the rows that leases decided. Where a counter object decided, it adds the isolate's unspent leased
 * units to what is left, since the counter has those as used.
 */
export function writeLeaseVerdicts(rows: readonly PolicyRow[], leases: Leases, nowMs: number): void {
  for (const row of rows) {
    const { lease, verdict } = row;
    if (lease === undefined) continue;
    if (verdict === undefined) row.verdict = toLeaseVerdict(row, lease, { leases, nowMs });
    else {
      const { units, remaining } = leases.toLeft(lease.key, nowMs);
      row.verdict = {
        ...verdict,
        remaining: verdict.lease === undefined ? Math.floor(verdict.remaining + units) : remaining,
      };
    }
  }
}

function toLeaseVerdict(
  { policy: { name, limit, windowMs } }: PolicyRow,
  lease: RowLease,
  { leases, nowMs }: { readonly leases: Leases; readonly nowMs: number },
): PolicyVerdict {
  const { remaining, resetMs, waitMs, lagMs } = leases.toLeft(lease.key, nowMs);
  return isTaken(lease.answer)
    ? {
        policy: name,
        outcome: "allowed",
        remaining,
        retryAfterMs: 0,
        resetMs,
        limit,
        windowMs,
        sinceMs: nowMs,
      }
    : {
        policy: name,
        outcome: "denied",
        remaining,
        retryAfterMs: waitMs,
        resetMs: Math.max(waitMs, resetMs),
        limit,
        windowMs,
        sinceMs: nowMs - lagMs,
      };
}
