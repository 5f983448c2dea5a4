// Suggests a limit from what keys used: above what nearly all of them ever needed, in a round number. From too few keys, or
// too little time, nothing is suggested: a limit would be a guess with a figure on it.

import type { PolicyUsage } from "./usage.ts";

export const KEYS_MIN = 50;
export const SPAN_MIN_MS = 86_400_000;
/** Room above what keys needed so far. */
const ROOM = 1.2;
/** Who used so many times what the next one did is of another kind: a limit is for the others. */
const GAP = 3;
/** Those are looked for among so much of all keys. */
const GAP_SHARE = 0.1;

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

export interface Suggestion extends Percentiles {
  /** undefined: too little is known. */
  readonly limit: number | undefined;
  /** How many keys use many times what all others do; the limit leaves them out. */
  readonly outliers: number;
}

export function suggestLimit({ peaks }: Pick<PolicyUsage, "peaks">, spanMs: number): Suggestion {
  const percentiles = {
    p50: pick(peaks, 0.5),
    p90: pick(peaks, 0.9),
    p99: pick(peaks, 0.99),
    max: pick(peaks, 1),
  };
  if (peaks.length < KEYS_MIN || spanMs < SPAN_MIN_MS)
    return { ...percentiles, limit: undefined, outliers: 0 };
  const common = findGap(peaks);
  const needed = common === undefined ? percentiles.p99 : (peaks[common - 1] ?? 1);
  return {
    ...percentiles,
    limit: roundUp(needed * ROOM),
    outliers: common === undefined ? 0 : peaks.length - common,
  };
}

/** The nearest rank: the smallest value that at least this share is at most. */
function pick(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}

/** How many keys lie below the widest gap; undefined where there is none. */
function findGap(sorted: readonly number[]): number | undefined {
  let widest = GAP;
  let found: number | undefined;
  for (let at = Math.max(1, Math.floor(sorted.length * (1 - GAP_SHARE))); at < sorted.length; at += 1) {
    const ratio = (sorted[at] ?? 0) / Math.max(1, sorted[at - 1] ?? 0);
    if (ratio < widest) continue;
    widest = ratio;
    found = at;
  }
  return found;
}

/** The next of 1, 2, 5, 10, 20, 50 ... */
export function roundUp(value: number): number {
  for (let power = 1; ; power *= 10)
    for (const digit of [1, 2, 5]) if (digit * power >= value) return digit * power;
}
