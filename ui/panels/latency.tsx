// Where time goes: how long answers take, what they waited for, and on which routes.

import type { JSX } from "preact";
import type { StatsAnswer } from "../../src/core/stats/stats-answer.ts";
import { Bar } from "../bar.tsx";
import { type Mark, TimeChart } from "../charts/time-chart.tsx";
import { findDurations, sum } from "../figures.ts";
import { toCount, toDuration, toPercent } from "../format.ts";
import { Table } from "../table.tsx";

interface LatencyProps {
  readonly stats: StatsAnswer;
  readonly marks: readonly Mark[];
}

const PARTS = [
  { part: "origin", name: "the origin", tone: "other" },
  { part: "queue", name: "the queue", tone: "near" },
  { part: "counter", name: "counters", tone: "allowed" },
  { part: "credential", name: "credentials", tone: "shadow" },
  { part: "cache", name: "the cache", tone: "good" },
] as const;

export function Latency({ stats, marks }: LatencyProps): JSX.Element {
  const total = findDurations(stats, "total");
  const unknown = stats.times.map(() => null);
  return (
    <div class="card">
      <TimeChart
        title="Until the answer begins"
        kind="lines"
        times={stats.times}
        stepMs={stats.stepMs}
        marks={marks}
        format={toDuration}
        series={[
          { name: "p50", tone: "allowed", values: total?.p50 ?? unknown },
          { name: "p99", tone: "denied", values: total?.p99 ?? unknown },
        ]}
      />
      <h3>What requests waited for</h3>
      <Waits stats={stats} />
      <h3>By route</h3>
      <Routes stats={stats} />
    </div>
  );
}

function Waits({ stats }: Pick<LatencyProps, "stats">): JSX.Element {
  const waits = PARTS.flatMap((one) => {
    const whole = findDurations(stats, one.part)?.whole;
    return whole === undefined ? [] : [{ ...one, whole }];
  });
  const allMs = sum(waits.map(({ whole }) => whole.sumMs));
  return (
    <Table
      caption="What requests waited for"
      empty="Nothing was waited for in this time."
      head={["waited for", "of all waiting", "", "times", "p50", "p99"]}
      rows={waits.map(({ name, tone, whole }) => [
        name,
        toPercent(whole.sumMs, allMs),
        <Bar key="bar" whole={allMs} parts={[{ tone, value: whole.sumMs }]} />,
        toCount(whole.count),
        toDuration(whole.p50),
        toDuration(whole.p99),
      ])}
    />
  );
}

function Routes({ stats }: Pick<LatencyProps, "stats">): JSX.Element {
  const totals = stats.durations.filter(({ route, part }) => route !== "*" && part === "total");
  const countOf = (named: string, wanted?: string): number =>
    sum(
      stats.requests
        .filter(({ route, outcome }) => route === named && (wanted === undefined || outcome === wanted))
        .map(({ counts }) => sum(counts)),
    );
  const routes = [...new Set(stats.requests.map(({ route }) => route))];
  return (
    <Table
      caption="By route"
      empty="No request came in this time."
      head={["route", "requests", "denied", "failed", "p50", "p99"]}
      rows={routes
        .sort((a, b) => countOf(b) - countOf(a))
        .map((name) => {
          const whole = totals.find(({ route }) => route === name)?.whole;
          return [
            <code key="route">{name}</code>,
            toCount(countOf(name)),
            toPercent(countOf(name, "denied"), countOf(name)),
            toPercent(countOf(name, "failed"), countOf(name)),
            toDuration(whole?.p50),
            toDuration(whole?.p99),
          ];
        })}
    />
  );
}
