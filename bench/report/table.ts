// The table: one line a row, readable in a terminal and in Markdown.

import type { Summary } from "../measures/summarize.ts";
import { alignTable } from "./align-table.ts";

interface Column {
  readonly title: string;
  readonly toCell: (summary: Summary) => string;
}

/** With less of its core the server was waiting for the load: its requests per second are not its own limit. */
export const BUSY_PERCENT_MIN = 90;
const NOTHING = "-";

const columns: readonly Column[] = [
  { title: "contender", toCell: ({ contender }) => contender.title },
  { title: "workload", toCell: ({ workload }) => workload.name },
  { title: "CPU us/request", toCell: ({ cpuUs }) => cpuUs.toFixed(0) },
  { title: "spread", toCell: ({ spread }) => `${(spread * 100).toFixed(0)} %` },
  { title: "x forward", toCell: ({ timesForward }) => toRatioCell(timesForward) },
  { title: "x bare", toCell: ({ timesBare }) => toRatioCell(timesBare) },
  {
    title: "requests/s",
    toCell: ({ requestsPerSecond, busy }) =>
      `${busy * 100 < BUSY_PERCENT_MIN ? ">= " : ""}${toCount(Math.round(requestsPerSecond))}`,
  },
  { title: "p50 ms", toCell: ({ p50Ms }) => p50Ms.toFixed(2) },
  { title: "p99 ms", toCell: ({ p99Ms }) => p99Ms.toFixed(2) },
  { title: "calls/1,000", toCell: ({ use }) => toUseCell(use?.calls) },
  { title: "rows/1,000", toCell: ({ use }) => toUseCell(use?.rowsWritten) },
  { title: "origin/1,000", toCell: ({ originPer1000 }) => originPer1000.toFixed(0) },
  { title: "cache writes/1,000", toCell: ({ cacheWritesPer1000 }) => toUseCell(cacheWritesPer1000) },
  { title: "$/million", toCell: ({ dollars }) => dollars?.toFixed(2) ?? NOTHING },
  { title: "200", toCell: ({ succeeded }) => toCount(succeeded) },
  { title: "429", toCell: ({ denied }) => toCount(denied) },
  { title: "other", toCell: ({ other }) => toCount(other) },
  { title: "admitted/allowed", toCell: toAdmittedCell },
  { title: "over", toCell: ({ allowed, excess }) => (allowed === undefined ? NOTHING : toCount(excess)) },
];

export function toTable(summaries: readonly Summary[]): string {
  const head = columns.map(({ title }) => title);
  const body = summaries.map((summary) => columns.map(({ toCell }) => toCell(summary)));
  return alignTable([head, ...body], { names: 2 });
}

function toAdmittedCell({ admitted, allowed, denied }: Summary): string {
  if (allowed === undefined) return NOTHING;
  return denied === 0 ? "below limit" : `${toCount(admitted)}/${toCount(allowed)}`;
}

function toUseCell(count: number | undefined): string {
  return count === undefined ? NOTHING : count.toFixed(count < 10 ? 1 : 0);
}

function toRatioCell(ratio: number | undefined): string {
  return ratio === undefined ? NOTHING : ratio.toFixed(2);
}

function toCount(count: number): string {
  return count.toLocaleString("en-US");
}
