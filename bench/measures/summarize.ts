// Turns of many rounds -> one line of the table. Ratios are taken within a round, where the machine was equally busy,
// and their median is shown.

import type { Use } from "../contenders/contender.ts";
import { references } from "../contenders/registry.ts";
import type { Row } from "./row.ts";
import { toDollars } from "./to-dollars.ts";
import { toMedian, toPercentile } from "./statistics.ts";
import type { Turn } from "./take-turn.ts";

export interface MeasuredRow extends Row {
  /** One a round, in order. */
  readonly turns: readonly Turn[];
  /** Per 1,000 requests; undefined where there are no Durable Objects. */
  readonly use: Use | undefined;
}

export interface Summary extends Row {
  readonly cpuUs: number;
  /** How far the middle half of the rounds' CPU times lie apart, as a share of the median. */
  readonly spread: number;
  /** undefined where the reference did not run. */
  readonly timesForward: number | undefined;
  readonly timesBare: number | undefined;
  readonly requestsPerSecond: number;
  readonly busy: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly succeeded: number;
  readonly denied: number;
  /** Neither 200 nor 429, or no answer at all. */
  readonly other: number;
  readonly admitted: number;
  readonly allowed: number | undefined;
  readonly excess: number;
  readonly use: Use | undefined;
  /** Of a million requests; undefined where the platform's prices mean nothing. */
  readonly dollars: number | undefined;
}

export function summarize(rows: readonly MeasuredRow[]): readonly Summary[] {
  const forward = rows.find(({ contender }) => contender.name === references.forward);
  const bare = rows.find(({ contender }) => contender.name === references.bare);
  return rows.map((row) => ({
    contender: row.contender,
    workload: row.workload,
    use: row.use,
    dollars: row.contender.runtime === "workerd" ? toDollars(row.use) : undefined,
    timesForward: toRatio(row, forward),
    timesBare: toRatio(row, bare),
    ...summarizeTimes(row.turns),
    ...summarizeCounts(row.turns),
  }));
}

function toRatio(row: MeasuredRow, reference: MeasuredRow | undefined): number | undefined {
  if (reference === undefined) return undefined;
  return toMedian(row.turns.map(({ cpuUs }, round) => cpuUs / (reference.turns[round]?.cpuUs ?? Number.NaN)));
}

function summarizeTimes(
  turns: readonly Turn[],
): Pick<Summary, "cpuUs" | "spread" | "requestsPerSecond" | "busy" | "p50Ms" | "p99Ms"> {
  const medianOf = (field: (turn: Turn) => number): number => toMedian(turns.map(field));
  const all = turns.map(({ cpuUs }) => cpuUs);
  const cpuUs = toMedian(all);
  return {
    cpuUs,
    spread: (toPercentile(all, 75) - toPercentile(all, 25)) / cpuUs,
    requestsPerSecond: medianOf((turn) => turn.requestsPerSecond),
    busy: medianOf((turn) => turn.busy),
    p50Ms: medianOf((turn) => turn.p50Ms),
    p99Ms: medianOf((turn) => turn.p99Ms),
  };
}

function summarizeCounts(
  turns: readonly Turn[],
): Pick<Summary, "succeeded" | "denied" | "other" | "admitted" | "allowed" | "excess"> {
  let succeeded = 0;
  let denied = 0;
  let all = 0;
  for (const outcomes of turns.flatMap((turn) => turn.outcomes)) {
    succeeded += outcomes.get(200) ?? 0;
    denied += outcomes.get(429) ?? 0;
    for (const count of outcomes.values()) all += count;
  }
  const sumOf = (field: (turn: Turn) => number): number => turns.reduce((sum, turn) => sum + field(turn), 0);
  const isLimited = turns.some(({ allowed }) => allowed !== undefined);
  return {
    succeeded,
    denied,
    other: all - succeeded - denied,
    admitted: sumOf((turn) => turn.admitted),
    allowed: isLimited ? sumOf((turn) => turn.allowed ?? 0) : undefined,
    excess: sumOf((turn) => turn.excess),
  };
}
