// Finds the keys that have used most of a policy, among the rows of one counter object.

import { toAlgorithm } from "../algorithms/registry.ts";
import type { HeavyKey, TopAnswer, TopQuestion } from "./counter-messages.ts";
import type { CounterClock } from "./counter-clock.ts";
import { readRow } from "./counter-row.ts";
import { setKeyBack } from "./set-back.ts";
import type { KeyCounters } from "./key-state.ts";
import type { Counter } from "./decide-checks.ts";
import { listSiblings, toCounterName, toPlan } from "./plans.ts";

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
    const present = clock === undefined ? counters : setKeyBack(counters, clock);
    const { used, plan } = toUsed(present, question, nowMs);
    if (used > 0) keys.push({ key, used, plan, ...toTerms(present, question, nowMs) });
  }
  const shares = addShares(keys.map((key) => toShares(key)));
  return { keys: toHeaviest(keys, question.most), shares, isComplete: rows.length <= rowsMax };
}

const TENTHS = 10;

function toShares({ used, limit }: HeavyKey): readonly number[] {
  const tenth = limit === 0 ? TENTHS : Math.min(TENTHS, Math.floor((used * TENTHS) / limit));
  return Array.from({ length: TENTHS + 1 }, (_, at) => (at === tenth ? 1 : 0));
}

export function addShares(all: readonly (readonly number[])[]): readonly number[] {
  return Array.from({ length: TENTHS + 1 }, (_, at) =>
    all.reduce((sum, shares) => sum + (shares[at] ?? 0), 0),
  );
}

/** Of the question's own plan. */
function toTerms(
  { live }: KeyCounters,
  question: TopQuestion,
  nowMs: number,
): Pick<HeavyKey, "limit" | "resetMs"> {
  const { algorithm, settings } = question;
  const { decide } = toAlgorithm(algorithm);
  const counter = live.get(toCounterName(question))?.counter;
  const state = counter?.algorithm === algorithm ? counter.state : undefined;
  const limit = decide(settings, undefined, { nowMs, cost: 0 }).remaining;
  return { limit, resetMs: decide(settings, state, { nowMs, cost: 0 }).resetMs };
}

/** By the counter of the plan that counts most. */
function toUsed(
  { live }: KeyCounters,
  question: TopQuestion,
  nowMs: number,
): Pick<HeavyKey, "used" | "plan"> {
  const { decide } = toAlgorithm(question.algorithm);
  const toUnits = (settings: unknown, counter: Counter | undefined): number => {
    if (settings === undefined || counter?.algorithm !== question.algorithm) return 0;
    const toRemaining = (state: unknown): number => decide(settings, state, { nowMs, cost: 0 }).remaining;
    return toRemaining(undefined) - toRemaining(counter.state);
  };
  const units = toUnits(question.settings, live.get(toCounterName(question))?.counter);
  const own = { used: units, plan: question.plan ?? "" };
  const others = listSiblings(live, { ...question, plan: own.plan }).map(
    ({ counterName, live: { counter }, settings }) => ({
      used: toUnits(settings, counter),
      plan: toPlan(counterName),
    }),
  );
  return others.reduce((most, other) => (other.used > most.used ? other : most), own);
}

export function toHeaviest<Key extends HeavyKey>(keys: readonly Key[], most: number): readonly Key[] {
  return [...keys].sort((a, b) => b.used - a.used).slice(0, most);
}
