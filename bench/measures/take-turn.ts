// One turn of one row: warm up, measure CPU time under as much load as the server takes, then latency at a fixed rate.
// What was admitted during all of it is held against what may be admitted in that time.

import { setTimeout as sleep } from "node:timers/promises";
import type { Server } from "../contenders/contender.ts";
import { type ClosedLoop, startClosedLoop } from "../load/closed-loop.ts";
import { runFixedRate } from "../load/fixed-rate.ts";
import type { Admitted } from "../load/origin.ts";
import type { Outcomes } from "../load/target.ts";
import { readCpuNs } from "../machine/cpu-time.ts";
import type { RunningRow } from "./row.ts";
import { toPercentile } from "./statistics.ts";

export interface Times {
  /** Before a server's first turn. */
  readonly startMs: number;
  readonly warmUpMs: number;
  readonly fullLoadMs: number;
  readonly fixedRateMs: number;
  /** Requests per second of the fixed rate. */
  readonly rate: number;
  /** How long object calls and rows are counted, of all rows of the table together. */
  readonly countsMs: number;
}

export interface Turn {
  readonly cpuUs: number;
  readonly requestsPerSecond: number;
  /** Share of the time under full load that the server was on its core. */
  readonly busy: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly outcomes: readonly Outcomes[];
  /** Denied, though no key sent more than it may at once. */
  readonly deniedEarly: number;
  /** Writes to the Cache API. */
  readonly cacheWrites: number;
  /** Requests that reached the origin. */
  readonly admitted: number;
  /** Of them, those that the origin answered with 304. */
  readonly unmodified: number;
  /** The most that may reach it, of what each key sent; undefined where nothing limits. */
  readonly allowed: number | undefined;
  /** Admitted above what each key is allowed. */
  readonly excess: number;
}

/** As much load as the server takes, of which nothing is kept. */
export async function warmUp({ target, origin, recent }: RunningRow, { startMs }: Times): Promise<void> {
  const startedMs = performance.now();
  const load = startClosedLoop(target);
  await sleep(startMs);
  const sent = countAll(await load.stop());
  recent.note(sent, { startedMs, endedMs: performance.now() });
  origin.takeAdmitted();
}

export async function takeTurn(row: RunningRow, times: Times): Promise<Turn> {
  const { server, origin, recent } = row;
  const sent = new Map<string, number>();
  const target = { ...row.target, nextAddress: countInto(sent, row.target.nextAddress) };
  const startedMs = performance.now();
  const writesBefore = row.readCacheWrites();
  const load = startClosedLoop(target);
  await sleep(times.warmUpMs);
  const before = readMark(server, load);
  await sleep(times.fullLoadMs);
  const after = readMark(server, load);
  const full = await load.stop();
  const fixed = await runFixedRate(target, { rate: times.rate, forMs: times.fixedRateMs });
  const endedMs = performance.now();
  const outcomes = [full, fixed.outcomes];
  const wasPromised = isPromised(sent, {
    atOnce: server.toAllowed?.(0),
    missing: recent.toMissing(startedMs),
  });
  recent.note(countAll(sent), { startedMs, endedMs });

  const answered = after.answered - before.answered;
  const measuredMs = after.atMs - before.atMs;
  const cpuNs = after.cpuNs - before.cpuNs;
  return {
    cpuUs: cpuNs / 1e3 / answered,
    requestsPerSecond: (answered / measuredMs) * 1e3,
    busy: cpuNs / 1e6 / measuredMs,
    p50Ms: toPercentile(fixed.latenciesMs, 50),
    p99Ms: toPercentile(fixed.latenciesMs, 99),
    outcomes,
    deniedEarly: wasPromised ? countDenied(outcomes) : 0,
    cacheWrites: row.readCacheWrites() - writesBefore,
    ...audit({ sent, admitted: origin.takeAdmitted(), allowedEach: server.toAllowed?.(endedMs - startedMs) }),
  };
}

interface Mark {
  readonly atMs: number;
  readonly cpuNs: number;
  readonly answered: number;
}

function readMark({ processIds }: Server, load: ClosedLoop): Mark {
  return { atMs: performance.now(), cpuNs: readCpuNs(processIds), answered: load.answered() };
}

function countInto(sent: Map<string, number>, nextAddress: () => string): () => string {
  return () => {
    const address = nextAddress();
    sent.set(address, (sent.get(address) ?? 0) + 1);
    return address;
  };
}

interface Promised {
  /** What a key may have at once after a pause; undefined: nothing limits it. */
  readonly atOnce: number | undefined;
  /** What it may lack of that, since it did not pause. */
  readonly missing: number;
}

/**
 * Whether no request of the turn may be denied. What comes back during a turn is left out: when it does hangs on each
 * request's moment, and of what was leased it comes back later, by up to a lease and half a second (decision 8). What is at
 * hand at once, leases promise in full to a Worker that is one isolate, as it is here: what that has not spent is with it or
 * with its counter.
 */
export function isPromised(
  sent: ReadonlyMap<string, number>,
  { atOnce = Infinity, missing }: Promised,
): boolean {
  for (const count of sent.values()) if (count > atOnce - missing) return false;
  return true;
}

function countAll(counts: ReadonlyMap<unknown, number>): number {
  let all = 0;
  for (const count of counts.values()) all += count;
  return all;
}

const countDenied = (outcomes: readonly Outcomes[]): number =>
  outcomes.reduce((sum, counts) => sum + (counts.get(429) ?? 0), 0);

interface Audited {
  /** Requests by key. */
  readonly sent: ReadonlyMap<string, number>;
  readonly admitted: Admitted;
  readonly allowedEach: number | undefined;
}

function audit({
  sent,
  admitted,
  allowedEach = Infinity,
}: Audited): Pick<Turn, "admitted" | "unmodified" | "allowed" | "excess"> {
  let allowed = 0;
  for (const count of sent.values()) allowed += Math.min(count, allowedEach);
  let all = 0;
  let excess = 0;
  for (const count of admitted.byAddress.values()) {
    all += count;
    excess += Math.max(0, count - allowedEach);
  }
  const { unmodified } = admitted;
  return { admitted: all, unmodified, allowed: allowedEach === Infinity ? undefined : allowed, excess };
}
