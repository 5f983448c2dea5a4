// Renews the units that one decision holds of one key: they count as taken now, so that they free themselves later.

import { toAlgorithm } from "../algorithms/registry.ts";
import { addChecks, type Change } from "./key-counters.ts";
import type { KeyCounters } from "./key-state.ts";
import type { Check, Committed } from "./counter-messages.ts";

export interface Renewal {
  readonly nowMs: number;
  /** What was taken, and when; or renewed last. */
  readonly committed: Committed;
  /** Policies whose units have been given back since. */
  readonly settled: ReadonlyMap<string, number> | undefined;
}

/** What had freed itself meanwhile counts again: it is in use, whatever was admitted in its place. */
export function renewChecks(
  before: KeyCounters,
  checks: readonly Check[],
  { nowMs, committed: { policies, takenAtMs }, settled }: Renewal,
): Change {
  const held = checks.filter(
    ({ policy, algorithm }) =>
      toAlgorithm(algorithm).toHeldMs !== undefined &&
      policies.includes(policy) &&
      settled?.has(policy) !== true,
  );
  return addChecks(before, held, nowMs, takenAtMs);
}
