// Who was denied most: known by a hash, which log lines have too.

import type { JSX } from "preact";
import type { StatsAnswer } from "../../src/core/stats/stats-answer.ts";
import { toCount, toMoment } from "../format.ts";
import { Table } from "../table.tsx";

const SHOWN_MAX = 20;

export function Denials({ denials }: Pick<StatsAnswer, "denials">): JSX.Element {
  const most = [...denials].sort((a, b) => b.count - a.count).slice(0, SHOWN_MAX);
  return (
    <div class="card">
      <h3>Denied most</h3>
      <Table
        caption="Keys that were denied most"
        empty="Nobody was denied in this time."
        head={["key", "consumer", "policy", "denied", "first", "last"]}
        words={[1, 2]}
        rows={most.map(({ key, consumer, policy, count, firstMs, lastMs }) => [
          <code key="key">{key === "other" ? "all others" : key}</code>,
          consumer,
          policy,
          toCount(count),
          toMoment(firstMs),
          toMoment(lastMs),
        ])}
      />
    </div>
  );
}
