// Which policies may be leased, and for how long: those whose limit is long in refilling, so that what is lent out for a
// moment is little of it. Both sides reckon the same from the policy's settings.

import type { AlgorithmName } from "../algorithms/registry.ts";

export interface LeaseTerms {
  readonly ttlMs: number;
  /** Units that come back each millisecond, in the long run. */
  readonly refillPerMs: number;
}

/** Share of the limit that may be lent out at a time, when demand equals the limit. */
const LENT_SHARE = 0.1;
const TTL_MS_MIN = 500;
const TTL_MS_MAX = 5_000;
/** A limit that refills faster than this is decided exactly: a lease would end before it pays. */
const REFILL_MS_MIN = 5_000;

/** A lease is worth its calls when it serves as many requests as this. */
export const LEASE_UNITS_MIN = 2;
/** Lent beyond what an isolate is asked for, so that a lease outlasts its time rather than the reverse. */
export const HEADROOM = 1.25;

/**
 * How much later a lease ends for its owner than for its isolate, whose time runs from before the owner's does. It
 * stands for clocks of different speed, for the isolate's standing still while it computes, and for a step of a clock
 * by up to so much.
 */
export const MARGIN_MS = 500;

interface Settings {
  readonly limit: number;
  readonly windowMs: number;
  readonly burst?: number;
}

const LEASABLE: ReadonlySet<AlgorithmName> = new Set(["token-bucket", "sliding-window", "fixed-window"]);

/** undefined: not to be leased. */
export function toLeaseTerms(algorithm: AlgorithmName, settings: unknown): LeaseTerms | undefined {
  if (!LEASABLE.has(algorithm)) return undefined;
  const { limit, windowMs, burst = limit } = settings as Settings;
  const refillMs = (burst * windowMs) / limit;
  if (refillMs < REFILL_MS_MIN) return undefined;
  const ttlMs = Math.round(Math.min(TTL_MS_MAX, Math.max(TTL_MS_MIN, LENT_SHARE * refillMs)));
  return { ttlMs, refillPerMs: limit / windowMs };
}

/** Below this limit a lease is a few units, and what is left of one may be what a dearer request lacks. */
const OFFERED_LIMIT_MIN = 100;

/** The terms that a policy's isolates ask by; undefined: each request is decided by its counter. */
export function toOfferedTerms(
  { algorithm, consistency }: { readonly algorithm: AlgorithmName; readonly consistency: "auto" | "exact" },
  settings: unknown,
): LeaseTerms | undefined {
  const { limit } = settings as Settings;
  return consistency === "exact" || limit < OFFERED_LIMIT_MIN ? undefined : toLeaseTerms(algorithm, settings);
}
