// Whom the gateway turned away, and with which of its codes.

import type { JSX } from "preact";
import type { StatsAnswer } from "../../src/core/stats/stats-answer.ts";
import { Bar } from "../bar.tsx";
import { type Named, rank, sum } from "../figures.ts";
import { toCount, toPercent } from "../format.ts";
import { Table } from "../table.tsx";

type RefusalsProps = Pick<StatsAnswer, "refusals" | "countries" | "asns">;

export function Refusals({ refusals, countries, asns }: RefusalsProps): JSX.Element {
  return (
    <div class="cards">
      <Ranking by="code" items={rank(refusals, ({ code }) => code)} />
      <Ranking by="country" items={rank(countries, ({ country }) => country)} />
      <Ranking by="network" items={rank(asns, ({ asn }) => `AS ${asn}`)} />
    </div>
  );
}

const SHOWN_MAX = 12;

function Ranking({ by, items }: { readonly by: string; readonly items: readonly Named[] }): JSX.Element {
  const whole = sum(items.map(({ count }) => count));
  return (
    <div class="card">
      <h3>By {by}</h3>
      <Table
        caption={`Refusals by ${by}`}
        empty="Nobody was refused in this time."
        head={[by, "refused", "share", ""]}
        rows={items
          .slice(0, SHOWN_MAX)
          .map(({ name, count }) => [
            <code key="name">{name}</code>,
            toCount(count),
            toPercent(count, whole),
            <Bar key="bar" whole={whole} parts={[{ tone: "denied", value: count }]} />,
          ])}
      />
    </div>
  );
}
