// Settles one decision for one key: corrects what it consumed, once, whether the table remembers it, its row, or neither.

import { toAlgorithm } from "../algorithms/registry.ts";
import { addDecision, isMaybeSettled } from "./decision-ring.ts";
import { type Change, settleChecks } from "./key-counters.ts";
import type { KeyCounters } from "./key-state.ts";
import type { SettledCheck } from "./counter-messages.ts";

export interface SettledDecision {
  readonly id: string;
  readonly takenAtMs: number;
  readonly nowMs: number;
  /**
   * What each policy's share was settled to so far, as the table remembers it; undefined: it does not know the
   * decision.
   */
  readonly remembered: ReadonlyMap<string, number> | undefined;
}

export function settleDecision(
  counters: KeyCounters,
  checks: readonly SettledCheck[],
  { id, takenAtMs, nowMs, remembered }: SettledDecision,
): Change & { readonly units: ReadonlyMap<string, number> } {
  const { decisions } = counters;
  const before = remembered ?? decisions?.recent.get(id)?.units;
  const units = new Map(before);
  const isDoubtful = remembered === undefined && isMaybeSettled(decisions, takenAtMs);
  const corrections = checks.flatMap(({ policy, algorithm, settings, plan, taken, actual, isEstimate }) => {
    const change = actual - (before?.get(policy) ?? taken);
    if (change === 0) return [];
    // What may have been given back before is not given back again: that only under-admits. A unit that is held ends once,
    // however much else was decided meanwhile, and would be missing until it frees itself.
    const isHeld = toAlgorithm(algorithm).toHeldMs !== undefined;
    if (change < 0 && isDoubtful && !isHeld && before?.has(policy) !== true) return [];
    units.set(policy, actual);
    return [{ policy, algorithm, settings, plan, isEstimate, units: change }];
  });
  if (corrections.length === 0) return { counters, mustWrite: false, used: [], units };
  const settled = settleChecks(counters, corrections, { nowMs, takenAtMs });
  const ring = addDecision(decisions, id, { takenAtMs, isSettled: true, units });
  return { ...settled, counters: { ...settled.counters, decisions: ring }, units };
}
