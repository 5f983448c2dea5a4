// What single consumers took and were refused, summed up over the last day and the last 30 days, from the bounded lists that
// rows have: a consumer that was among many others' in an hour's `other` has less here than it had.

import type { StatsRow } from "./stats-book.ts";
import { HOUR_MS } from "./stats-book.ts";
import type { ConsumerCount, ConsumerCounts, ConsumerList, TopName } from "./stats-messages.ts";

const DAY_HOURS = 24;
const MONTH_DAYS = 30;
export const MONTH_MS = MONTH_DAYS * DAY_HOURS * HOUR_MS;

/** Consumers whose sums an object keeps. */
const CONSUMERS_MAX = 20_000;

/** Where a list's keys have the consumer, and what they are counted by. */
const READERS: Readonly<Partial<Record<TopName, (parts: readonly string[]) => readonly string[]>>> = {
  usage: ([policy = "", consumer = ""]) => [consumer, policy],
  denials: ([policy = "", , consumer = ""]) => [consumer, policy],
  reasons: ([consumer = "", code = ""]) => [consumer, code],
  modelCalls: ([consumer = "", model = ""]) => [consumer, model],
  inputTokens: ([consumer = "", model = ""]) => [consumer, model],
  outputTokens: ([consumer = "", model = ""]) => [consumer, model],
};

/** By consumer, then by list and label. */
export type UsageSums = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** When the first hour of the last day began: 24 whole hours, and what has passed of this one. */
export const toDayMs = (nowMs: number): number => nowMs - (nowMs % HOUR_MS) - DAY_HOURS * HOUR_MS;

/** The sums of all consumers over hours that are over. */
export class PastUsage {
  readonly #day: UsageSums;
  readonly #month: UsageSums;

  constructor(hours: readonly StatsRow[], dayMs: number) {
    this.#day = sumUsage(hours.filter(({ atMs }) => atMs >= dayMs));
    this.#month = sumUsage(hours);
  }

  /** One consumer's, with what came since. */
  read(consumer: string, since: UsageSums): ConsumerCounts {
    const recent = list(since.get(consumer));
    const add = (past: UsageSums): readonly ConsumerCount[] =>
      addConsumerCounts([list(past.get(consumer)), recent]);
    return { day: add(this.#day), month: add(this.#month) };
  }
}

export function sumUsage(rows: readonly StatsRow[]): UsageSums {
  const sums = new Map<string, Map<string, number>>();
  // The newest first: where there are too many, those are left out that came long ago.
  for (const { tops } of rows.toReversed())
    for (const [name, entries] of Object.entries(tops)) {
      const reader = READERS[name as TopName];
      if (reader === undefined) continue;
      for (const [key, units] of entries) {
        const [consumer = "", label = ""] = reader(key.split("\n"));
        if (label !== "") addUnits(sums, { consumer, counted: `${name}\n${label}`, units });
      }
    }
  return sums;
}

interface Counted {
  readonly consumer: string;
  readonly counted: string;
  readonly units: number;
}

function addUnits(sums: Map<string, Map<string, number>>, { consumer, counted, units }: Counted): void {
  const known = sums.get(consumer);
  if (consumer === "" || (known === undefined && sums.size >= CONSUMERS_MAX)) return;
  const own = known ?? new Map<string, number>();
  sums.set(consumer, own);
  own.set(counted, (own.get(counted) ?? 0) + units);
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
