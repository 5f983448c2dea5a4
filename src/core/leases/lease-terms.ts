// Which policies' quota may be leased, and for how long: those whose limit takes long to refill, so that what is granted
// for a moment is little of it. Both sides compute the same from the policy's settings.

import type { AlgorithmName } from "../algorithms/registry.ts";

export interface LeaseTerms {
  readonly ttlMs: number;
  /** Units that come back each millisecond, in the long run. */
  readonly refillPerMs: number;
  /** A lease is a large part of the limit: granted to an isolate alone (counter-leases.ts). */
  readonly isSmall?: boolean;
}

/** Share of the limit that may be granted at a time, when demand equals the limit. */
const GRANTED_SHARE = 0.1;
const TTL_MS_MIN = 500;
const TTL_MS_MAX = 5_000;
/** A limit that refills faster than this is decided exactly: a lease would expire before it pays. */
const REFILL_MS_MIN = 5_000;

/** A lease is worth its calls when it serves as many requests as this. */
export const LEASE_UNITS_MIN = 2;
/** Granted beyond an isolate's demand, so that a lease expires rather than runs dry. */
export const HEADROOM = 1.25;

/**
 * How much later a lease expires for its counter object than for its isolate, whose time starts earlier. It stands for
 * clocks of different speed, for the isolate's standing still while it computes, and for a step of a clock by up to so
 * much.
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
  const ttlMs = Math.round(Math.min(TTL_MS_MAX, Math.max(TTL_MS_MIN, GRANTED_SHARE * refillMs)));
  return { ttlMs, refillPerMs: limit / windowMs };
}

/** Below this limit a lease is a few units, and what is left of one may be what a request elsewhere lacks. */
const OFFERED_LIMIT_MIN = 20;
/** Below this one a lease is a large part of it. */
const SHARED_LIMIT_MIN = 100;

/** The terms that a policy's isolates ask by; undefined: each request is decided by its counter. */
export function toOfferedTerms(
  { algorithm, consistency }: { readonly algorithm: AlgorithmName; readonly consistency: "auto" | "exact" },
  settings: unknown,
): LeaseTerms | undefined {
  const { limit } = settings as Settings;
  if (consistency === "exact" || limit < OFFERED_LIMIT_MIN) return undefined;
  const terms = toLeaseTerms(algorithm, settings);
  return terms && limit < SHARED_LIMIT_MIN ? { ...terms, isSmall: true } : terms;
}

/** What of a small limit is never granted, for whoever comes from elsewhere: half of what a counter holds when nothing is used. */
export function toKeptBack(settings: unknown): number {
  const { limit, burst = limit } = settings as Settings;
  return Math.ceil(burst / 2);
}
