// One key's lease in an isolate: what is left of it, what was said of it, and when more should be asked for.

import { type Demand, toDemand } from "./lease-demand.ts";

/** An answer that takes longer than this is not waited for. */
const AWAIT_MS_MIN = 1_000;
/** Before a lease ends, a request that is likely to be its last renews it. */
const SOON_MS = 1_000;

/** One key's lease. It changes in place: it is on the way of every request. */
export interface IsolateLease {
  readonly account: string;
  units: number;
  expiresMs: number;
  /** Taken by requests that wait for what others say. */
  held: number;
  /** Rises when a lease ends with units held. */
  term: number;
  spent: number;
  /** Of the last report; until there is one, of the account's opening. */
  seq: number;
  /** When that left; 0 when no answer is awaited. */
  awaitedMs: number;
  spentAtReport: number;
  keptAtReport: number;
  costAtReport: number;
  /** Units per millisecond. */
  wantedAtReport: number;
  renewAfterMs: number;
  roundTripMs: number;
  /** Until when requests of `refusedCost` are refused when the lease is spent; they are told to wait until `waitUntilMs`. */
  refusedUntilMs: number;
  refusedCost: number;
  /** The rules of that time. */
  refusedUnder: number;
  waitUntilMs: number;
  /** Units beside this lease, and when the counter is back to "never seen", as of the last answer. */
  remaining: number;
  resetsMs: number;
  demand: Demand;
}

/** Runs dry before an answer could come, or out before the next request is likely to. */
export function isDue(lease: IsolateLease, cost: number, nowMs: number): boolean {
  if (nowMs < lease.renewAfterMs || isAwaiting(lease, nowMs)) return false;
  const flightMs = 1.5 * lease.roundTripMs;
  const demand = toDemand(lease.demand, nowMs);
  if (lease.units < demand * flightMs + cost) return true;
  return lease.expiresMs - nowMs < Math.max(flightMs, Math.min(cost / demand, SOON_MS));
}

export function isAwaiting({ awaitedMs, roundTripMs }: IsolateLease, nowMs: number): boolean {
  return awaitedMs !== 0 && nowMs - awaitedMs < Math.max(AWAIT_MS_MIN, 3 * roundTripMs);
}

/** A lease that has ended was charged in full by its counter: what was held of it is spent. */
export function endTerm(lease: IsolateLease, nowMs: number): void {
  if (nowMs < lease.expiresMs || lease.held === 0) return;
  lease.spent += lease.held;
  lease.held = 0;
  lease.term += 1;
}

/** Something is left, but not what a request of this cost needs. */
export function hasTooLittle({ units }: IsolateLease, cost: number): boolean {
  return units > 0 && units < cost;
}
