// What one consumer has used and been refused, as the stats objects of all continents know it. An isolate remembers it for a
// while: however often a consumer asks, objects are asked every half minute at most.

import { LruMap } from "../core/lru-map.ts";
import type { ShownPeriod, ShownUsage } from "../core/portal/portal-answer.ts";
import { addConsumerCounts } from "../core/stats/consumer-usage.ts";
import type { ConsumerCount, ConsumerCounts, ConsumerList } from "../core/stats/stats-messages.ts";
import { OTHER } from "../core/stats/top-list.ts";
import { askStats } from "../admin/ask-stats.ts";
import type { Bindings } from "../platform/bindings.ts";
import { readClock } from "../platform/clock.ts";

const CONSUMERS_MAX = 1_000;
const KEPT_MS = 30_000;

export class UsageReader {
  readonly #known = new LruMap<string, ShownUsage>(CONSUMERS_MAX);
  readonly #bindings: Pick<Bindings, "STATS">;

  constructor(bindings: Pick<Bindings, "STATS">) {
    this.#bindings = bindings;
  }

  async read(consumer: string): Promise<ShownUsage> {
    const nowMs = readClock();
    const known = this.#known.get(consumer);
    if (known !== undefined && nowMs - known.asOfMs < KEPT_MS) return known;
    const { answers, places } = await askStats(
      this.#bindings,
      // The types of RPC know no tuples.
      async (stub) => (await stub.consumer(consumer)) as unknown as ConsumerCounts,
    );
    const sum = (period: keyof ConsumerCounts): ShownPeriod =>
      toPeriod(addConsumerCounts(answers.map(({ answer }) => answer[period])));
    const isPartial = places.unanswered.length > 0;
    const usage = { asOfMs: nowMs, isPartial, day: sum("day"), month: sum("month") };
    if (!isPartial) this.#known.set(consumer, usage);
    return usage;
  }
}

function toPeriod(counts: readonly ConsumerCount[]): ShownPeriod {
  const of = (list: ConsumerList): readonly (readonly [label: string, count: number])[] =>
    counts
      .filter(([name]) => name === list)
      .map(([, label, count]): [string, number] => [label, count])
      .sort(([, one], [, other]) => other - one);
  const read = (list: ConsumerList, label: string): number =>
    of(list).find(([named]) => named === label)?.[1] ?? 0;
  return {
    units: of("usage").map(([policy, units]) => ({ policy, units })),
    denials: of("denials").map(([policy, count]) => ({ policy, count })),
    reasons: of("reasons").map(([code, count]) => ({ code, count })),
    models: of("modelCalls")
      .filter(([model]) => model !== OTHER)
      .map(([model, calls]) => ({
        model,
        calls,
        inputTokens: read("inputTokens", model),
        outputTokens: read("outputTokens", model),
      })),
  };
}
