// How much of a key's quota requests use in an isolate: an average that forgets, so that a lease is as large as what comes.

import { HEADROOM } from "./lease-terms.ts";

export interface Demand {
  /** Units per millisecond, decayed to `seenMs`. */
  readonly perMs: number;
  readonly requests: number;
  readonly seenMs: number;
  readonly bornMs: number;
}

/** How long demand is remembered. */
const DEMAND_MS = 2_000;
/** The least time that demand is reckoned over. */
const DEMAND_MS_MIN = 250;
/** Requests after which a key's demand is known. Until then a lease is what a few more like it take. */
const REQUESTS_MIN = 3;
const FIRST_REQUESTS = 4;

export const NO_DEMAND: Demand = { perMs: 0, requests: 0, seenMs: 0, bornMs: 0 };

export function countDemand(
  { perMs, requests, seenMs, bornMs }: Demand,
  cost: number,
  nowMs: number,
): Demand {
  const sinceMs = nowMs - seenMs;
  const added = cost / DEMAND_MS;
  if (sinceMs > 4 * DEMAND_MS) return { perMs: added, requests: 1, seenMs: nowMs, bornMs: nowMs };
  const decayed = sinceMs > 0 ? perMs * Math.exp(-sinceMs / DEMAND_MS) : perMs;
  return { perMs: decayed + added, requests: requests + 1, seenMs: Math.max(seenMs, nowMs), bornMs };
}

/** Units per millisecond; what a young key has not had the time to show is made up for. */
export function toDemand({ perMs, seenMs, bornMs }: Demand, nowMs: number): number {
  const ageMs = Math.max(DEMAND_MS_MIN, nowMs - bornMs);
  const decayed = perMs * Math.exp(-Math.max(0, nowMs - seenMs) / DEMAND_MS);
  return ageMs > 4 * DEMAND_MS ? decayed : decayed / (1 - Math.exp(-ageMs / DEMAND_MS));
}

/** Units per millisecond: what has shown, or while few requests have, at most what a few of this cost take in `ttlMs`. */
export function toKnownDemand(
  demand: Demand,
  { cost, ttlMs }: { readonly cost: number; readonly ttlMs: number },
  nowMs: number,
): number {
  const shown = toDemand(demand, nowMs);
  if (demand.requests >= REQUESTS_MIN) return shown;
  return Math.min(shown, (FIRST_REQUESTS * cost) / (HEADROOM * ttlMs));
}
