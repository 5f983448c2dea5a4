// One key's quota lease in a Worker instance (isolate): what is kept of it, and when more should be asked for.

import { type Demand, NO_DEMAND, toDemand } from "./lease-demand.ts";
import type { LeaseReport } from "./lease-messages.ts";

/** An answer that takes longer than this is not waited for. */
const AWAIT_MS_MIN = 1_000;
/** Before a lease expires, a request that is likely to be its last renews it. */
const SOON_MS = 1_000;
/** A call's round trip, before one was measured. */
const ROUND_TRIP_MS = 50;

/** It changes in place: it is on the way of every request. isolate-leases.ts draws its states. */
export interface IsolateLease {
  readonly account: string;
  /** Granted, and neither spent nor reserved; until `expiresMs`. */
  units: number;
  expiresMs: number;
  /** Taken for requests that other counter objects have yet to allow. */
  reserved: number;
  /** Rises when the lease expires with units reserved: no reservation of a term before can be cancelled. */
  term: number;
  /** Of all leases of this account. */
  spent: number;
  /** The last report; before the first, an empty one with the number that opened the account. */
  report: LeaseReport;
  /** When the last report left; 0 once its answer has come. */
  awaitedMs: number;
  /** No report goes out before. */
  renewAfterMs: number;
  roundTripMs: number;
  /** undefined: none, or one under other limits. */
  denial: LeaseDenial | undefined;
  /** What the counter has left beside this lease, and when it is back to "never seen", as of its last answer. */
  remaining: number;
  resetsMs: number;
  demand: Demand;
}

/** The counter has nothing left for requests of this cost: until then they are denied here, when the lease is spent. */
export interface LeaseDenial {
  readonly cost: number;
  readonly untilMs: number;
  /** When a client that is denied should come back. */
  readonly retryAtMs: number;
  /** The counter may have said so earlier, by as much as its answer took. */
  readonly lagMs: number;
}

export function createLease(account: string, seq: number, nowMs: number): IsolateLease {
  return {
    account,
    units: 0,
    expiresMs: 0,
    reserved: 0,
    term: 0,
    spent: 0,
    report: { account, seq, spent: 0, kept: 0, wantedPerSecond: 0, cost: 0 },
    awaitedMs: 0,
    renewAfterMs: 0,
    roundTripMs: ROUND_TRIP_MS,
    denial: undefined,
    remaining: 0,
    resetsMs: 0,
    demand: { ...NO_DEMAND, seenMs: nowMs, bornMs: nowMs },
  };
}

/** Whether it runs dry before an answer could come, or expires before the next request is likely to. */
export function isDue(lease: IsolateLease, cost: number, nowMs: number): boolean {
  if (!mayReport(lease, nowMs)) return false;
  const flightMs = 1.5 * lease.roundTripMs;
  const demand = toDemand(lease.demand, nowMs);
  if (lease.units < demand * flightMs + cost) return true;
  return lease.expiresMs - nowMs < Math.max(flightMs, Math.min(cost / demand, SOON_MS));
}

/** Whether no answer is awaited and no back-off lasts. */
export function mayReport(lease: IsolateLease, nowMs: number): boolean {
  return nowMs >= lease.renewAfterMs && !isAwaiting(lease, nowMs);
}

export function isAwaiting({ awaitedMs, roundTripMs }: IsolateLease, nowMs: number): boolean {
  return awaitedMs !== 0 && nowMs - awaitedMs < Math.max(AWAIT_MS_MIN, 3 * roundTripMs);
}

/** Spends what is reserved of a lease that has expired: its counter has charged it in full. */
export function endTerm(lease: IsolateLease, nowMs: number): void {
  if (nowMs < lease.expiresMs || lease.reserved === 0) return;
  lease.spent += lease.reserved;
  lease.reserved = 0;
  lease.term += 1;
}

/** Whether something is left, but not what a request of this cost needs. */
export function hasTooLittle({ units }: IsolateLease, cost: number): boolean {
  return units > 0 && units < cost;
}
