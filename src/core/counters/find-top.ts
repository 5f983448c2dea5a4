// Finds the keys that have used most of a policy, among the rows of one counter object.

import { toAlgorithm } from "../algorithms/registry.ts";
import type { HeavyKey, TopAnswer, TopQuestion } from "./counter-messages.ts";
import type { CounterClock } from "./counter-clock.ts";
import { readRow } from "./counter-row.ts";
import { setKeyBack } from "./set-back.ts";
import type { KeyCounters } from "./key-state.ts";
import type { Counter } from "./decide-checks.ts";
import { listSiblings, toCounterName } from "./plans.ts";

export interface CounterRow {
  readonly key: string;
  readonly record: string;
}

interface Search {
  readonly nowMs: number;
  readonly rowsMax: number;
  readonly clock?: Pick<CounterClock, "toBackMs">;
}

/** Ranks the keys of `rows`: at most one more than `rowsMax`, and that one says that there are others. */
export function findTop(
  rows: readonly CounterRow[],
  question: TopQuestion,
  { nowMs, rowsMax, clock }: Search,
): TopAnswer {
  const keys: HeavyKey[] = [];
  for (const { key, record } of rows.slice(0, rowsMax)) {
    const { counters } = readRow(record);
    const used = toUsed(clock === undefined ? counters : setKeyBack(counters, clock), question, nowMs);
    if (used > 0) keys.push({ key, used });
  }
  return { keys: toHeaviest(keys, question.most), isComplete: rows.length <= rowsMax };
}

/** By the counter of the plan that counts most. */
function toUsed({ live }: KeyCounters, question: TopQuestion, nowMs: number): number {
  const { decide } = toAlgorithm(question.algorithm);
  const toUnits = (settings: unknown, counter: Counter | undefined): number => {
    if (settings === undefined || counter?.algorithm !== question.algorithm) return 0;
    const toRemaining = (state: unknown): number => decide(settings, state, { nowMs, cost: 0 }).remaining;
    return toRemaining(undefined) - toRemaining(counter.state);
  };
  const own = toUnits(question.settings, live.get(toCounterName(question))?.counter);
  const others = listSiblings(live, { plan: "", ...question });
  return Math.max(own, ...others.map(({ live: { counter }, settings }) => toUnits(settings, counter)));
}

export function toHeaviest(keys: readonly HeavyKey[], most: number): readonly HeavyKey[] {
  return [...keys].sort((a, b) => b.used - a.used).slice(0, most);
}
