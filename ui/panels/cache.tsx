// What the cache did, route by route.

import type { JSX } from "preact";
import type { StatsAnswer } from "../../src/core/stats/stats-answer.ts";
import { Bar } from "../bar.tsx";
import { isHit, rank, sum } from "../figures.ts";
import { toCount, toPercent } from "../format.ts";
import { Table } from "../table.tsx";

/** Results by what they mean to who runs the gateway; the rest were not to be stored, or not to be answered so. */
const GROUPS = [
  { name: "hits", tone: "good", has: isHit },
  { name: "validated", tone: "allowed", has: (result: string) => result === "stale" },
  { name: "misses", tone: "other", has: (result: string) => result.endsWith("miss") },
] as const;

export function Cache({ cache }: Pick<StatsAnswer, "cache">): JSX.Element {
  return (
    <div class="card">
      <Table
        caption="Cache by route"
        empty="No cached route was asked for in this time."
        head={["route", "hit", "", ...GROUPS.map(({ name }) => name), "passed"]}
        rows={[...Map.groupBy(cache, ({ route }) => route)].map(([route, rows]) => {
          const results = rank(rows, ({ result }) => result);
          const whole = sum(results.map(({ count }) => count));
          const groups = GROUPS.map(({ tone, has }) => ({
            tone,
            value: sum(results.filter(({ name }) => has(name)).map(({ count }) => count)),
          }));
          const known = groups.map(({ value }) => value);
          return [
            <code key="route">{route}</code>,
            <b key="share">{toPercent(known[0] ?? 0, whole)}</b>,
            <Bar key="bar" whole={whole} parts={groups} />,
            ...known.map(toCount),
            toCount(whole - sum(known)),
          ];
        })}
      />
    </div>
  );
}
