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
  /** Per 1,000 requests; undefined where nothing is asked. */
  readonly use: Use | undefined;
}

export interface Summary extends Row {
  readonly cpuUs: number;
  /** One a round, in order. */
  readonly cpuUsEach: readonly number[];
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
  /** Of them, those in turns in which no key sent more than it may at once. */
  readonly deniedEarly: number;
  /** Neither 200 nor 429, or no answer at all. */
  readonly other: number;
  /** Requests that reached the origin. */
  readonly admitted: number;
  /** Of them, those that the origin answered with 304. */
  readonly unmodified: number;
  readonly originPer1000: number;
  /** undefined: it wrote none. */
  readonly cacheWritesPer1000: number | undefined;
  readonly allowed: number | undefined;
  readonly excess: number;
  readonly use: Use | undefined;
  /** Of a million requests; undefined where the platform's prices mean nothing. */
  readonly dollars: number | undefined;
}

export function summarize(rows: readonly MeasuredRow[]): readonly Summary[] {
  const findReference = (name: string): readonly number[] | undefined =>
    rows.find(({ contender }) => contender.name === name)?.turns.map(({ cpuUs }) => cpuUs);
  const forward = findReference(references.forward);
  const bare = findReference(references.bare);
  return rows.map((row) => ({
    contender: row.contender,
    workload: row.workload,
    use: row.use,
    dollars: row.contender.platform === "priced" ? toDollars(row.use) : undefined,
    ...summarizeTimes(row.turns, { forward, bare }),
    ...summarizeCounts(row.turns),
  }));
}

/** Of CPU times, each against its round's; undefined where one of both did not run. */
export function toRatio(
  each: readonly number[] | undefined,
  reference: readonly number[] | undefined,
): number | undefined {
  if (each === undefined || reference === undefined) return undefined;
  return toMedian(each.map((cpuUs, round) => cpuUs / (reference[round] ?? Number.NaN)));
}

interface References {
  readonly forward: readonly number[] | undefined;
  readonly bare: readonly number[] | undefined;
}

function summarizeTimes(
  turns: readonly Turn[],
  { forward, bare }: References,
): Omit<Summary, keyof Row | keyof Counts | "use" | "dollars"> {
  const medianOf = (field: (turn: Turn) => number): number => toMedian(turns.map(field));
  const cpuUsEach = turns.map(({ cpuUs }) => cpuUs);
  const cpuUs = toMedian(cpuUsEach);
  return {
    cpuUs,
    cpuUsEach,
    spread: (toPercentile(cpuUsEach, 75) - toPercentile(cpuUsEach, 25)) / cpuUs,
    timesForward: toRatio(cpuUsEach, forward),
    timesBare: toRatio(cpuUsEach, bare),
    requestsPerSecond: medianOf((turn) => turn.requestsPerSecond),
    busy: medianOf((turn) => turn.busy),
    p50Ms: medianOf((turn) => turn.p50Ms),
    p99Ms: medianOf((turn) => turn.p99Ms),
  };
}

type Counts = Pick<
  Summary,
  | "succeeded"
  | "denied"
  | "deniedEarly"
  | "other"
  | "admitted"
  | "unmodified"
  | "originPer1000"
  | "cacheWritesPer1000"
  | "allowed"
  | "excess"
>;

function summarizeCounts(turns: readonly Turn[]): Counts {
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
  const admitted = sumOf((turn) => turn.admitted);
  const cacheWrites = sumOf((turn) => turn.cacheWrites);
  return {
    succeeded,
    denied,
    deniedEarly: sumOf((turn) => turn.deniedEarly),
    other: all - succeeded - denied,
    admitted,
    unmodified: sumOf((turn) => turn.unmodified),
    originPer1000: (admitted / all) * 1e3,
    cacheWritesPer1000: cacheWrites === 0 ? undefined : (cacheWrites / all) * 1e3,
    allowed: isLimited ? sumOf((turn) => turn.allowed ?? 0) : undefined,
    excess: sumOf((turn) => turn.excess),
  };
}
