// What a run with the world in between says, as Markdown that is also readable in a terminal.

import { toMedian, toPercentile } from "../measures/statistics.ts";
import { alignTable } from "../report/align-table.ts";
import { QUIET_LOAD_MAX } from "../report/report.ts";
import type { Distance } from "./distances.ts";
import type { MeasuredWorldRow } from "./measure-world.ts";
import type { Probe } from "./probe-new-isolate.ts";
import type { WorldOptions } from "./world-options.ts";

export interface WorldRun {
  readonly rows: readonly MeasuredWorldRow[];
  readonly probes: readonly Probe[];
  readonly options: WorldOptions;
  readonly command: string;
  readonly machine: readonly string[];
  readonly seconds: number;
  readonly loadBefore: number;
  readonly leftOut: readonly string[];
}

export const WORLD_HEAD = [
  "request",
  "contender",
  "new isolate waits for",
  "quiet isolate waits for",
  "quiet p50 ms",
  "p95 ms",
  "busy p50 ms",
  "p95 ms",
  "calls/1,000",
];

/** Latencies are above what the Worker that only forwards takes here: without it, as they are. */
export function toWorldReport(run: WorldRun): string {
  const forward = run.rows.find(({ row }) => row.title === FORWARD_TITLE);
  const base = { quietMs: toBase(forward?.quietMs), busyMs: toBase(forward?.busyMs) };
  const lines = run.rows.map((measured) => [
    measured.case.title,
    measured.row.title,
    toTrips(measured.first),
    toTrips(measured.quiet),
    ...toAdded(measured.quietMs, base.quietMs),
    ...toAdded(measured.busyMs, base.busyMs),
    measured.callsPer1000.toFixed(0),
  ]);
  const probes = run.probes.map(({ what, wanted, seen, trips }) => [
    what,
    wanted,
    seen === wanted ? "right" : `WRONG: ${seen}`,
    toTrips(trips),
  ]);
  const tables = [
    alignTable([WORLD_HEAD, ...lines], { names: 4 }),
    ...(probes.length === 0
      ? []
      : [
          alignTable([["first request of a new isolate", "wanted", "is", "waits for"], ...probes], {
            names: 4,
          }),
        ]),
  ];
  return `${tables.join("\n\n")}\n\n${toFacts(run, forward)
    .map((fact) => `- ${fact}`)
    .join("\n")}`;
}

export const FORWARD_TITLE = "Worker that only forwards";

function toFacts(run: WorldRun, forward: MeasuredWorldRow | undefined): readonly string[] {
  const { options, command, machine, seconds, loadBefore, leftOut, rows } = run;
  const { near, far, cache } = options.delays;
  return [
    `Command: \`${command}\``,
    ...machine,
    `Run: ${seconds} s; load average ${loadBefore.toFixed(1)} before`,
    `Round trips: near ${near} ms, far ${far} ms, ${options.hasCache ? `Cache API ${cache} ms` : "a Cache API that stores nothing"}`,
    `Quiet: ${options.samples} requests of each row, each after ${options.idleMs / 1_000} s without any; busy: 100 requests/s of one client`,
    forward === undefined
      ? "Milliseconds: whole answers, this machine's own time included"
      : `Milliseconds: above the Worker that only forwards, whose medians are ${toBase(forward.quietMs).toFixed(1)} (quiet) and ${toBase(forward.busyMs).toFixed(1)} (busy)`,
    ...(loadBefore > QUIET_LOAD_MAX
      ? ["LOADED: others were at work on this machine. Trust the round trips, and no milliseconds"]
      : []),
    `Left out: ${leftOut.length === 0 ? "nothing" : leftOut.join("; ")}`,
    ...rows
      .filter(({ failed }) => failed > 0)
      .map(
        ({ case: { name }, row, failed }) =>
          `FAULT: ${row.title} (${name}) answered ${failed} requests with no 200`,
      ),
  ];
}

function toBase(values: readonly number[] | undefined): number {
  return values === undefined ? 0 : toMedian(values);
}

function toAdded(values: readonly number[], base: number): readonly string[] {
  return [50, 95].map((percent) => Math.max(0, toPercentile(values, percent) - base).toFixed(0));
}

/** "2 far, 1 near"; what is nearest comes last. */
export function toTrips(series: readonly Distance[]): string {
  const counted = (["far", "near", "cache"] as const).flatMap((distance) => {
    const count = series.filter((one) => one === distance).length;
    return count === 0 ? [] : [`${count} ${distance}`];
  });
  return counted.length === 0 ? "nothing" : counted.join(", ");
}
