// The figures that are read first.

import type { JSX } from "preact";
import type { StatsAnswer } from "../../src/core/stats/stats-answer.ts";
import { findDurations, toTotals } from "../figures.ts";
import { NONE, toCount, toDuration, toPercent } from "../format.ts";

interface Figure {
  readonly name: string;
  readonly value: string;
  readonly under: string;
  readonly isBad?: boolean;
}

/** Shares above which a figure stands out. */
const DENIED_MAX = 0.05;
const FAILED_MAX = 0.01;
const DEGRADED_MAX = 0.001;

/** Nothing known is no figure, and no zero either. */
const UNKNOWN: readonly Figure[] = [
  "Requests",
  "Denied",
  "Failed",
  "p50",
  "p99",
  "Cache hits",
  "Degraded",
  "Age",
].map((name) => ({ name, value: NONE, under: "not known yet" }));

export function Strip({ stats }: { readonly stats: StatsAnswer | undefined }): JSX.Element {
  return (
    <dl class="strip">
      {(stats === undefined ? UNKNOWN : toFigures(stats)).map(({ name, value, under, isBad = false }) => (
        <div key={name} data-figure={name}>
          <dt>{name}</dt>
          <dd class={isBad ? "bad" : ""}>{value}</dd>
          <dd class="under">{under}</dd>
        </div>
      ))}
    </dl>
  );
}

function toFigures(stats: StatsAnswer): readonly Figure[] {
  const { requests, denied, failed, degraded, cacheHits, cacheAsked } = toTotals(stats);
  const { whole } = findDurations(stats, "total") ?? {};
  const seconds = (stats.stepMs * stats.times.length) / 1_000;
  return [
    { name: "Requests", value: toCount(requests), under: `${toRate(requests / seconds)} a second` },
    {
      name: "Denied",
      value: toCount(denied),
      under: toPercent(denied, requests),
      isBad: denied > DENIED_MAX * requests,
    },
    {
      name: "Failed",
      value: toCount(failed),
      under: toPercent(failed, requests),
      isBad: failed > FAILED_MAX * requests,
    },
    { name: "p50", value: toDuration(whole?.p50), under: "half of all within" },
    { name: "p99", value: toDuration(whole?.p99), under: "99 of 100 within" },
    {
      name: "Cache hits",
      value: toPercent(cacheHits, cacheAsked),
      under: `${toCount(cacheHits)} of ${toCount(cacheAsked)}`,
    },
    {
      name: "Degraded",
      value: toCount(degraded),
      under: "without a counter",
      isBad: degraded > DEGRADED_MAX * requests,
    },
    {
      name: "Age",
      value: toDuration(stats.lagMs),
      under: `${stats.isolates} ${stats.isolates === 1 ? "isolate" : "isolates"}`,
    },
  ];
}

const toRate = (rate: number): string => (rate < 10 ? rate.toFixed(1) : toCount(rate));
