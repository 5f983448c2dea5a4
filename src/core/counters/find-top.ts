// Finds the keys that have used most of a policy, among the rows of one counter object.

import { toAlgorithm } from "../algorithms/registry.ts";
import type { HeavyKey, TopAnswer, TopQuestion } from "./counter-messages.ts";
import { readRow } from "./counter-row.ts";

export interface CounterRow {
  readonly key: string;
  readonly record: string;
}

/** Ranks the keys of `rows`: at most one more than `rowsMax`, and that one says that there are others. */
export function findTop(
  rows: readonly CounterRow[],
  { policy, algorithm: name, settings, most }: TopQuestion,
  { nowMs, rowsMax }: { readonly nowMs: number; readonly rowsMax: number },
): TopAnswer {
  const algorithm = toAlgorithm(name);
  const toRemaining = (state: unknown): number =>
    algorithm.decide(settings, state, { nowMs, cost: 0 }).remaining;
  const unused = toRemaining(undefined);
  const keys: HeavyKey[] = [];
  for (const { key, record } of rows.slice(0, rowsMax)) {
    const counter = readRow(record).counters.live.get(policy)?.counter;
    if (counter?.algorithm !== name) continue;
    const used = unused - toRemaining(counter.state);
    if (used > 0) keys.push({ key, used });
  }
  return { keys: toHeaviest(keys, most), isComplete: rows.length <= rowsMax };
}

export function toHeaviest(keys: readonly HeavyKey[], most: number): readonly HeavyKey[] {
  return [...keys].sort((a, b) => b.used - a.used).slice(0, most);
}
