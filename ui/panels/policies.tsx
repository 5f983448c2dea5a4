// What each policy decided, over time.

import type { JSX } from "preact";
import type { StatsAnswer } from "../../src/core/stats/stats-answer.ts";
import { type Mark, TimeChart } from "../charts/time-chart.tsx";
import { addUp, sum } from "../figures.ts";
import { toCount, toDuration, toExact, toPercent } from "../format.ts";

/** From the bottom of a column to its top. They exclude each other: together they are all decisions. */
const OUTCOMES = [
  { outcome: "allowed", name: "allowed", tone: "allowed" },
  { outcome: "near", name: "near the limit", tone: "near" },
  { outcome: "shadow_denied", name: "denied in shadow", tone: "shadow" },
  { outcome: "denied_from_memory", name: "denied from memory", tone: "memory" },
  { outcome: "denied", name: "denied", tone: "denied" },
] as const;

/** As GET /policies answers. */
export interface PolicyView {
  readonly name: string;
  readonly limit: number;
  readonly windowMs?: number;
  readonly key: readonly string[];
}

interface PoliciesProps {
  readonly stats: StatsAnswer;
  readonly policies: readonly PolicyView[];
  readonly marks: readonly Mark[];
}

export function Policies({ stats, policies, marks }: PoliciesProps): JSX.Element {
  const named = [...Map.groupBy(stats.decisions, ({ policy }) => policy)];
  if (named.length === 0) return <p class="empty">No policy has decided anything in this time.</p>;
  return (
    <div class="cards">
      {named.map(([name, decisions]) => {
        const countsOf = (outcome: string): readonly number[] =>
          addUp(
            decisions.filter((one) => one.outcome === outcome),
            stats.times.length,
          );
        const series = OUTCOMES.map((one) => ({ ...one, values: countsOf(one.outcome) }));
        const whole = sum(series.map(({ values }) => sum(values)));
        return (
          <div class="card" key={name} data-policy={name}>
            <TimeChart
              title={name}
              note={toNote(policies.find((policy) => policy.name === name))}
              kind="columns"
              times={stats.times}
              stepMs={stats.stepMs}
              marks={marks}
              format={(value) => toCount(value ?? 0)}
              // Those that never happened would only fill the legend.
              series={series.filter(({ outcome, values }) => outcome === "allowed" || sum(values) > 0)}
            />
            <p class="note">
              {toPercent(sum(countsOf("leased")), whole)} decided by lease,{" "}
              {toPercent(sum(countsOf("degraded")), whole)} degraded
            </p>
          </div>
        );
      })}
    </div>
  );
}

export function toNote(policy: PolicyView | undefined): string {
  if (policy === undefined) return "";
  const { limit, windowMs, key } = policy;
  return `${toExact(limit)}${windowMs === undefined ? " at once" : ` in ${toDuration(windowMs)}`} by ${key.join(", ")}`;
}
