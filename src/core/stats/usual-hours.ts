// What each consumer usually takes in a minute at one hour, out of the hours that a stats object has stored, and who took
// much more in a minute that has passed. Of an hour its busiest minute counts, where it was much busier than the others: a
// job that runs for one minute in each hour is usual.

import { OTHER } from "./top-list.ts";
import { judge, type TakenByHour, toHourMs, toUsual, type Unusual, type Usual } from "./unusual.ts";

/** Consumers and policies that are known: the newest. */
const KNOWN_MAX = 5_000;
const HOUR_MINUTES = 60;
/** So many times as busy as a minute of the hour in the mean. */
const PEAK_TIMES = 1.5;

type Counts = readonly (readonly [key: string, units: number])[];

/** What was taken in an hour: a key is a policy and a consumer, a line each. */
export interface HourUsage {
  readonly atMs: number;
  readonly usage: Counts;
  /** The busiest minute of those whose minutes differ. */
  readonly peaks: Counts;
}

interface Known {
  firstMs: number;
  readonly rates: Map<number, number>;
}

export class UsualHours {
  readonly hourMs: number;
  readonly #known = new Map<string, Known>();

  /** `hours`: from the newest to the oldest. */
  constructor(atMs: number, hours: Iterable<HourUsage>) {
    this.hourMs = toHourMs(atMs);
    for (const { atMs: thenMs, usage, peaks } of hours) {
      for (const [key, units] of usage) this.#note(key, thenMs, units / HOUR_MINUTES);
      for (const [key, units] of peaks) this.#note(key, thenMs, units);
    }
  }

  /** Who took much more than usual in a minute of this hour; the most unusual first. */
  findUnusual(usage: Counts, atMs: number): readonly Unusual[] {
    return usage
      .flatMap(([key, units]) => {
        const judged = key === OTHER ? undefined : judge(units, () => this.#find(key));
        const [policy = "", consumer = ""] = key.split("\n");
        return judged === undefined ? [] : [{ policy, consumer, atMs, units, ...judged }];
      })
      .sort((one, other) => other.score - one.score);
  }

  #find(key: string): Usual | undefined {
    const known = this.#known.get(key);
    if (known === undefined) return undefined;
    const taken: TakenByHour = {
      firstMs: known.firstMs,
      rateAt: (hourMs) => known.rates.get(hourMs) ?? 0,
    };
    return toUsual(taken, this.hourMs);
  }

  #note(key: string, hourMs: number, rate: number): void {
    let known = this.#known.get(key);
    if (known === undefined) {
      if (this.#known.size >= KNOWN_MAX) return;
      this.#known.set(key, (known = { firstMs: hourMs, rates: new Map() }));
    }
    known.firstMs = Math.min(known.firstMs, hourMs);
    if (isBeside(hourMs, this.hourMs)) known.rates.set(hourMs, rate);
  }
}

/** Whether it is the same hour of a day, or one beside it: of others only is known that the consumer was there. */
function isBeside(hourMs: number, otherMs: number): boolean {
  const hours = Math.round((otherMs - hourMs) / 3_600_000) % 24;
  return hours <= 1 || hours === 23;
}

/** The busiest minute of each key, of an hour's minutes. */
export function toPeaks(minutes: readonly Counts[]): Counts {
  const keys = new Map<string, { sum: number; most: number }>();
  for (const [key, units] of minutes.flat()) {
    const known = keys.get(key) ?? { sum: 0, most: 0 };
    keys.set(key, { sum: known.sum + units, most: Math.max(known.most, units) });
  }
  return [...keys].flatMap(([key, { sum, most }]) =>
    most > (PEAK_TIMES * sum) / HOUR_MINUTES ? [[key, most] as const] : [],
  );
}
