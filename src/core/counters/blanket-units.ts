// How much of a counter any key may use under a blanket (blanket.ts), and for how much longer its record is then needed.

import type { AlgorithmName } from "../algorithms/registry.ts";

/** Blankets that a restart left open, apart. More are kept as one. */
export const STANDING_MAX = 16;

interface Settings {
  readonly limit: number;
  readonly windowMs: number;
  readonly burst?: number;
}

/** What a delay or a permit counts, a few units too many would hold for too long. */
const COVERED: ReadonlySet<AlgorithmName> = new Set([
  "token-bucket",
  "sliding-window",
  "sliding-window-log",
  "fixed-window",
]);
/** A smaller limit's units are too dear: each is written before its answer. */
const LIMIT_MIN = 20;
const LONG_MS = 600_000;

/** Units of a counter that a blanket covers for each key: 6 % of a minute's limit, less of a longer window's. 0: none. */
export function toBlanketUnits(algorithm: AlgorithmName, settings: unknown): number {
  if (!COVERED.has(algorithm)) return 0;
  const { limit, windowMs, burst = limit } = settings as Settings;
  const capacity = Math.min(limit, burst);
  if (capacity < LIMIT_MIN) return 0;
  const few = Math.min(4, Math.floor(capacity / LIMIT_MIN));
  return Math.max(few, Math.floor((capacity / 16) * Math.min(1, LONG_MS / windowMs)));
}

/**
 * How much longer than by itself a record says something, in milliseconds. A bucket refills at one rate for all that was used of
 * it: what its record counts comes back later by what was used on top under blankets, which the record does not name. In
 * windows each unit comes back by itself.
 */
export function toBlanketTailMs(algorithm: AlgorithmName, settings: unknown): number {
  if (algorithm !== "token-bucket") return 0;
  const { limit, windowMs, burst = limit } = settings as Settings;
  const units = Math.min(burst, STANDING_MAX * toBlanketUnits(algorithm, settings));
  return Math.ceil((units * windowMs) / limit);
}
