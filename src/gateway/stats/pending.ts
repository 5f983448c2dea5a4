// What was counted since the last report, and making one of it.

import { toObjectName } from "../../core/keys/counter-key.ts";
import type { Facts } from "../../core/keys/facts.ts";
import type { FullestData } from "../../core/stats/fullest.ts";
import { ModelUsage } from "../../core/stats/model-usage.ts";
import { RequestCounts } from "../../core/stats/request-counts.ts";
import {
  type Crossing,
  type PushTarget,
  STATS_VERSION,
  type StatsNow,
  type StatsReport,
  type TailItem,
} from "../../core/stats/stats-messages.ts";
import { createTops, toTops } from "../../core/stats/tops.ts";
import { OTHER } from "../../core/stats/top-list.ts";
import { hashKey, hashText } from "../../platform/hash-text.ts";

/** Of one report. A thousand keys may cross at once. */
const CROSSINGS_MAX = 5_000;
/** Requests that are shown one by one. */
const SHOWN_MAX = 50;

export class Pending {
  counts = new RequestCounts();
  tops = createTops();
  models = new ModelUsage();
  push: PushTarget | undefined;
  /** Whether somebody is to be told of consumers that take much more than usual. */
  isUseWatched = false;
  /** Counter objects for each place: their names are made of it. */
  shards = 1;
  #crossings: Crossing[] = [];
  #tail: TailItem[] = [];
  #dropped = 0;

  get isEmpty(): boolean {
    return this.counts.isEmpty && this.models.isEmpty && this.#crossings.length === 0;
  }

  cross(crossing: Crossing): void {
    if (this.#crossings.length < CROSSINGS_MAX) this.#crossings.push(crossing);
    else this.#dropped += 1;
  }

  /** The newest are kept. */
  show(item: TailItem): void {
    this.#tail.push(item);
    if (this.#tail.length > SHOWN_MAX) this.#tail.shift();
  }

  /** Objects' names are made here, once a report and not once a decision. */
  #toFullest(): FullestData {
    return Array.from(this.counts.policies).flatMap(({ policy, tier, fullest }) =>
      fullest.list().map(({ name: place, percent, value: { rank, continent } }) => {
        const object = toObjectName({ key: "", place, rank }, toFacts(continent), this.shards);
        return [policy, tier, object, percent] as const;
      }),
    );
  }

  /** All of it, which is then no longer pending. */
  take(isolate: string, seq: number, now: StatsNow): StatsReport {
    const { denials = [], ...tops } = toTops(this.tops);
    const report: StatsReport = {
      version: STATS_VERSION,
      isolate,
      seq,
      ...this.counts.toSeries().toData(),
      tops: { ...tops, denials: denials.map(([key, count]) => [toHashed(key), count]) },
      crossings: this.#crossings,
      tail: this.#tail,
      now,
      fullest: this.#toFullest(),
      push: this.push,
      isUseWatched: this.isUseWatched,
      dropped: this.#dropped,
    };
    this.counts = new RequestCounts();
    this.tops = createTops();
    this.models = new ModelUsage();
    this.#crossings = [];
    this.#tail = [];
    this.#dropped = 0;
    return report;
  }
}

/** What the name of a key's object is made of beside its place. */
const toFacts = (continent: string | undefined): Facts => ({ continent, hash: hashText }) as Facts;

/** Policy, hash of the key, consumer: hashed here, once a report and not once a denial. */
function toHashed(name: string): string {
  if (name === OTHER) return name;
  const [policy = "", consumer = "", ...key] = name.split("\n");
  return `${policy}\n${hashKey(key.join("\n"))}\n${consumer}`;
}
