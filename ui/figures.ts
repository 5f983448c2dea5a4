// What the gateway answered about its statistics, added up as the panels show it. Percentiles are never added up: those
// shown are the gateway's own.

import type { StatsAnswer } from "../src/core/stats/stats-answer.ts";

export interface Totals {
  readonly requests: number;
  readonly denied: number;
  readonly failed: number;
  readonly degraded: number;
  readonly cacheHits: number;
  readonly cacheAsked: number;
}

export interface Named {
  readonly name: string;
  readonly count: number;
}

export const sum = (counts: readonly number[]): number => counts.reduce((whole, count) => whole + count, 0);

export function toTotals({ requests, decisions, cache }: StatsAnswer): Totals {
  const ofOutcome = (wanted: string): number =>
    sum(requests.filter(({ outcome }) => outcome === wanted).map(({ counts }) => sum(counts)));
  const ofCache = cache.map(({ result, counts }) => ({ result, count: sum(counts) }));
  return {
    requests: sum(requests.map(({ counts }) => sum(counts))),
    denied: ofOutcome("denied"),
    failed: ofOutcome("failed"),
    degraded: sum(decisions.filter(({ outcome }) => outcome === "degraded").map(({ counts }) => sum(counts))),
    cacheHits: sum(ofCache.filter(({ result }) => isHit(result)).map(({ count }) => count)),
    cacheAsked: sum(ofCache.map(({ count }) => count)),
  };
}

/** Answered by what was stored, or by what another request had asked for. */
export const isHit = (result: string): boolean => /^(?:hit|collapsed|stale-if-.*)$/.test(result);

/** For each time, the sum over all rows. */
export function addUp(rows: readonly { readonly counts: readonly number[] }[], times: number): number[] {
  return Array.from({ length: times }, (_, at) => sum(rows.map(({ counts }) => counts[at] ?? 0)));
}

/** The sums of the rows of each name, the largest first. */
export function rank<Row extends { readonly counts: readonly number[] }>(
  rows: readonly Row[],
  toName: (row: Row) => string,
): readonly Named[] {
  return [...Map.groupBy(rows, toName)]
    .map(([name, own]) => ({ name, count: sum(own.map(({ counts }) => sum(counts))) }))
    .sort((a, b) => b.count - a.count);
}

/** The durations of one part for all routes together; undefined where nothing was measured. */
export const findDurations = (
  { durations }: StatsAnswer,
  part: string,
): StatsAnswer["durations"][number] | undefined =>
  durations.find((one) => one.route === "*" && one.part === part);
