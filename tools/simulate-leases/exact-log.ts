// What a log of everything that was let through says: the most by which an interval or a rolling window passed its bound.
// It knows nothing of algorithms, counters or leases.

import type { AlgorithmName } from "../../src/core/algorithms/registry.ts";

export interface Spending {
  readonly atMs: number;
  readonly units: number;
}

export interface Bound {
  readonly algorithm: AlgorithmName;
  readonly limit: number;
  readonly windowMs: number;
  readonly burst: number;
}

/** At most 0 when nothing was admitted too much. */
export function toOverAdmission(spendings: readonly Spending[], bound: Bound): number {
  const ascending = [...spendings].sort((one, other) => one.atMs - other.atMs);
  if (bound.algorithm === "token-bucket") return toWorstInterval(ascending, bound);
  if (bound.algorithm === "sliding-window") return toWorstWindow(ascending, bound);
  if (bound.algorithm === "fixed-window") return toWorstFixedWindow(ascending, bound);
  throw new Error(`no bound for ${bound.algorithm}`);
}

/** The most above burst + limit * x / window, over all intervals: what a bucket without a rim would overflow by. */
function toWorstInterval(spendings: readonly Spending[], { limit, windowMs, burst }: Bound): number {
  let level = 0;
  let lastMs = 0;
  let worst = -Infinity;
  for (const { atMs, units } of spendings) {
    level = Math.max(0, level - ((atMs - lastMs) * limit) / windowMs) + units;
    lastMs = atMs;
    worst = Math.max(worst, level - burst);
  }
  return worst;
}

function toWorstWindow(spendings: readonly Spending[], { limit, windowMs }: Bound): number {
  let worst = -Infinity;
  let inWindow = 0;
  let first = 0;
  for (const { atMs, units } of spendings) {
    inWindow += units;
    for (let oldest = spendings[first]; oldest !== undefined && oldest.atMs <= atMs - windowMs;) {
      inWindow -= oldest.units;
      first += 1;
      oldest = spendings[first];
    }
    worst = Math.max(worst, inWindow - limit);
  }
  return worst;
}

function toWorstFixedWindow(spendings: readonly Spending[], { limit, windowMs }: Bound): number {
  const byWindow = new Map<number, number>();
  for (const { atMs, units } of spendings) {
    const window = Math.floor(atMs / windowMs);
    byWindow.set(window, (byWindow.get(window) ?? 0) + units);
  }
  return Math.max(-Infinity, ...byWindow.values()) - limit;
}

/** What a log of every admitted request says to each, one after the other: never above the limit in a rolling window. */
export function admitByLog(
  asked: readonly { readonly atMs: number; readonly cost: number }[],
  { limit, windowMs }: Pick<Bound, "limit" | "windowMs">,
): readonly boolean[] {
  const admitted: Spending[] = [];
  let inWindow = 0;
  let first = 0;
  return asked.map(({ atMs, cost }) => {
    for (let oldest = admitted[first]; oldest !== undefined && oldest.atMs <= atMs - windowMs;) {
      inWindow -= oldest.units;
      first += 1;
      oldest = admitted[first];
    }
    if (inWindow + cost > limit) return false;
    inWindow += cost;
    admitted.push({ atMs, units: cost });
    return true;
  });
}
