// What single consumers took and were refused, summed up over the last day and the last 30 days, from the bounded lists that
// rows have: a consumer that was among many others' in an hour's `other` has less here than it had.

import type { StatsRow } from "./stats-book.ts";
import { HOUR_MS } from "./stats-book.ts";
import type { ConsumerCount, ConsumerCounts, ConsumerList, TopName } from "./stats-messages.ts";

const DAY_HOURS = 24;
const MONTH_DAYS = 30;
export const MONTH_MS = MONTH_DAYS * DAY_HOURS * HOUR_MS;

/** Where a list's keys have the consumer, and what they are counted by. */
const READERS: Readonly<Partial<Record<TopName, (parts: readonly string[]) => readonly string[]>>> = {
  usage: ([policy = "", consumer = ""]) => [consumer, policy],
  denials: ([policy = "", , consumer = ""]) => [consumer, policy],
  reasons: ([consumer = "", code = ""]) => [consumer, code],
  modelCalls: ([consumer = "", model = ""]) => [consumer, model],
  inputTokens: ([consumer = "", model = ""]) => [consumer, model],
  outputTokens: ([consumer = "", model = ""]) => [consumer, model],
};

type Sums = Map<string, Map<string, number>>;

/** When the first hour of the last day began: 24 whole hours, and what has passed of this one. */
export const toDayMs = (nowMs: number): number => nowMs - (nowMs % HOUR_MS) - DAY_HOURS * HOUR_MS;

/** The sums of all consumers over hours that are over. */
export class PastUsage {
  readonly #day: Sums;
  readonly #month: Sums;

  constructor(hours: readonly StatsRow[], dayMs: number) {
    this.#day = sum(hours.filter(({ atMs }) => atMs >= dayMs));
    this.#month = sum(hours);
  }

  /** One consumer's, with what came since. */
  read(consumer: string, minutes: readonly StatsRow[]): ConsumerCounts {
    const recent = list(sum(minutes).get(consumer));
    const add = (past: Sums): readonly ConsumerCount[] =>
      addConsumerCounts([list(past.get(consumer)), recent]);
    return { day: add(this.#day), month: add(this.#month) };
  }
}

function sum(rows: readonly StatsRow[]): Sums {
  const sums: Sums = new Map();
  for (const { tops } of rows)
    for (const [name, entries] of Object.entries(tops)) {
      const reader = READERS[name as TopName];
      if (reader === undefined) continue;
      for (const [key, units] of entries) {
        const [consumer = "", label = ""] = reader(key.split("\n"));
        if (consumer === "" || label === "") continue;
        const own = sums.get(consumer) ?? new Map<string, number>();
        sums.set(consumer, own);
        const counted = `${name}\n${label}`;
        own.set(counted, (own.get(counted) ?? 0) + units);
      }
    }
  return sums;
}

function list(counts: ReadonlyMap<string, number> = new Map()): readonly ConsumerCount[] {
  return Array.from(counts, ([counted, count]) => {
    const [name, label = ""] = counted.split("\n");
    return [name as ConsumerList, label, count];
  });
}

/** Several counts of one consumer, as one. */
export function addConsumerCounts(all: readonly (readonly ConsumerCount[])[]): readonly ConsumerCount[] {
  const sums = new Map<string, number>();
  for (const counts of all)
    for (const [name, label, count] of counts) {
      const counted = `${name}\n${label}`;
      sums.set(counted, (sums.get(counted) ?? 0) + count);
    }
  return list(sums);
}
