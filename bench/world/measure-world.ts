// The run with the world in between. All rows are quiet at the same time, each with a request when its isolate has been
// idle for long enough; then each is busy by itself.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startCacheStore } from "../load/cache-store.ts";
import { Connection, type Failure } from "../load/connection.ts";
import { runFixedRate } from "../load/fixed-rate.ts";
import { startOrigin } from "../load/origin.ts";
import { type Target, toRequest } from "../load/target.ts";
import type { Trips } from "../workers/put-far-away.ts";
import { AMPLE } from "../workloads/workload.ts";
import type { WorldCase, WorldRow } from "./cases.ts";
import type { Distance } from "./distances.ts";
import type { WorldOptions } from "./world-options.ts";

export interface MeasuredWorldRow {
  readonly case: WorldCase;
  readonly row: WorldRow;
  /** What the first request of a new isolate waited for in series; then what those of a quiet one did, the most usual. */
  readonly first: readonly Distance[];
  readonly quiet: readonly Distance[];
  readonly quietMs: readonly number[];
  readonly busyMs: readonly number[];
  /** In 1,000 requests of a busy isolate. */
  readonly callsPer1000: number;
  /** Answers with anything but 200. */
  readonly failed: number;
}

interface RunningWorldRow {
  readonly case: WorldCase;
  readonly row: WorldRow;
  readonly target: Target;
  readonly stop: () => Promise<void>;
}

interface WorldRunOptions extends Pick<WorldOptions, "delays" | "hasCache" | "idleMs" | "samples"> {
  readonly folder: string;
  readonly pinned: readonly string[];
  readonly onProgress: (text: string) => void;
}

const ADDRESS = "198.51.100.7";
const PATH = "/items/42?fields=name";
const TRIPS_PATH = "/.bench/trips";
const BUSY_RATE = 100;
const BUSY_WARM_UP_MS = 1_500;
const BUSY_MS = 3_000;
/** Until what went on behind the answers of the row before has ended. */
const SETTLE_MS = 300;

export async function measureWorld(
  rows: readonly { readonly case: WorldCase; readonly row: WorldRow }[],
  options: WorldRunOptions,
): Promise<readonly MeasuredWorldRow[]> {
  const running: RunningWorldRow[] = [];
  for (const [index, one] of rows.entries()) running.push(await startWorldRow(one, index, options));
  options.onProgress(`${running.length} servers are up; quiet: ${options.samples} requests of each`);
  const quiet = await Promise.all(
    running.map(async (row, index) =>
      beQuiet(row, { ...options, startMs: toShare(index, running, options) }),
    ),
  );
  const measured: MeasuredWorldRow[] = [];
  for (const [index, row] of running.entries()) {
    options.onProgress(`busy: ${row.case.name}, ${row.row.title}`);
    const taken = quiet[index];
    if (taken !== undefined)
      measured.push({ case: row.case, row: row.row, ...taken, ...(await beBusy(row, taken)) });
  }
  for (const row of running) await row.stop();
  return measured;
}

/** Their requests are spread over the time that one is idle: none waits for another's. */
function toShare(index: number, rows: readonly unknown[], { idleMs }: WorldRunOptions): number {
  return (index / rows.length) * idleMs;
}

/** Whatever has to be there first is stored; then a new isolate is started over it. */
async function startWorldRow(
  { case: worldCase, row }: { readonly case: WorldCase; readonly row: WorldRow },
  index: number,
  { folder, pinned, delays, hasCache }: WorldRunOptions,
): Promise<RunningWorldRow> {
  const ownFolder = join(folder, String(index));
  await mkdir(ownFolder);
  const origin = await startOrigin({ delayMs: 0, cacheControl: worldCase.cacheControl });
  const cacheStore = await startCacheStore({ storesNothing: !hasCache });
  const server = await row.start({
    originUrl: origin.url,
    cacheAddress: cacheStore.address,
    folder: ownFolder,
    pinned,
    limit: AMPLE,
    delays,
  });
  const fields = await row.prepare?.(server.port);
  const toTarget = (port: number): Target => ({
    port,
    nextAddress: () => ADDRESS,
    nextPath: () => PATH,
    fields,
  });
  await ask(toTarget(server.port));
  const again = (await server.renew?.()) ?? server;
  return {
    case: worldCase,
    row,
    target: toTarget(again.port),
    stop: async () => {
      await again.stop();
      await server.stop();
      origin.close();
      cacheStore.close();
    },
  };
}

async function beQuiet(
  { target }: RunningWorldRow,
  { idleMs, samples, startMs }: WorldRunOptions & { readonly startMs: number },
): Promise<Pick<MeasuredWorldRow, "first" | "quiet" | "quietMs" | "failed">> {
  await sleep(startMs);
  let failed = 0;
  const once = async (): Promise<{ readonly ms: number; readonly series: readonly Distance[] }> => {
    const { outcome, ms } = await ask(target);
    if (outcome !== 200) failed += 1;
    return { ms, series: (await readTrips(target)).series };
  };
  const { series: first } = await once();
  const taken: Awaited<ReturnType<typeof once>>[] = [];
  while (taken.length < samples) {
    await sleep(idleMs);
    taken.push(await once());
  }
  return {
    first,
    quiet: findMostUsual(taken.map(({ series }) => series)),
    quietMs: taken.map(({ ms }) => ms),
    failed,
  };
}

async function beBusy(
  { target }: RunningWorldRow,
  { failed }: { readonly failed: number },
): Promise<Pick<MeasuredWorldRow, "busyMs" | "callsPer1000" | "failed">> {
  const warm = await runFixedRate(target, { rate: BUSY_RATE, forMs: BUSY_WARM_UP_MS });
  const before = await readTrips(target);
  const { latenciesMs, outcomes } = await runFixedRate(target, { rate: BUSY_RATE, forMs: BUSY_MS });
  const after = await readTrips(target);
  await sleep(SETTLE_MS);
  const answers = [...warm.outcomes, ...outcomes];
  const wrong = answers.reduce((sum, [outcome, count]) => (outcome === 200 ? sum : sum + count), failed);
  return {
    busyMs: latenciesMs,
    callsPer1000: ((sum(after.calls) - sum(before.calls)) / latenciesMs.length) * 1_000,
    failed: wrong,
  };
}

const sum = (calls: Trips["calls"]): number => calls.near + calls.far + calls.cache;

function ask(target: Target): Promise<{ readonly outcome: number | Failure; readonly ms: number }> {
  return new Promise((resolve) => {
    const startMs = performance.now();
    const connection = new Connection(target.port, (_connection, outcome) => {
      resolve({ outcome, ms: performance.now() - startMs });
      connection.close();
    });
    connection.send(toRequest(target));
  });
}

async function readTrips({ port }: Target): Promise<Trips> {
  const response = await fetch(`http://127.0.0.1:${port}${TRIPS_PATH}`);
  return (await response.json()) as Trips;
}

function findMostUsual(all: readonly (readonly Distance[])[]): readonly Distance[] {
  const counts = new Map<string, number>();
  for (const series of all) counts.set(series.join(), (counts.get(series.join()) ?? 0) + 1);
  const [[usual] = [""]] = [...counts].toSorted(([, one], [, other]) => other - one);
  return all.find((series) => series.join() === usual) ?? [];
}
