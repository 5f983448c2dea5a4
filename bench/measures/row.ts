// One row of the table: a contender under a workload, with a server and an origin of its own.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Contender, Server } from "../contenders/contender.ts";
import { startCacheStore } from "../load/cache-store.ts";
import { type Origin, startOrigin } from "../load/origin.ts";
import type { Target } from "../load/target.ts";
import { RecentUse } from "./recent-use.ts";
import type { Workload } from "../workloads/workload.ts";

const PATH = "/items/42?fields=name";

export interface Row {
  readonly contender: Contender;
  readonly workload: Workload;
}

export interface RunningRow extends Row {
  readonly server: Server;
  readonly origin: Origin;
  /** Writes to the Cache API so far. */
  readonly readCacheWrites: () => number;
  readonly target: Target;
  readonly recent: RecentUse;
  readonly stop: () => Promise<void>;
}

export interface RowOptions {
  readonly row: Row;
  /** A folder of its own is made in here. */
  readonly folder: string;
  readonly pinned: readonly string[];
}

export async function startRow({ row, folder, pinned }: RowOptions): Promise<RunningRow> {
  const { contender, workload } = row;
  const ownFolder = join(folder, `${contender.name}.${workload.name}`);
  await mkdir(ownFolder, { recursive: true });
  const origin = await startOrigin(workload.origin);
  const cacheStore = await startCacheStore();
  const server = await contender.start({
    originUrl: origin.url,
    cacheAddress: cacheStore.address,
    folder: ownFolder,
    pinned,
    limit: workload.limit,
  });
  const readCacheWrites = (): number => cacheStore.asked.writes;
  const stop = async (): Promise<void> => {
    await server.stop();
    origin.close();
    cacheStore.close();
  };
  const recent = new RecentUse(workload.limit.windowMs);
  return { ...row, server, origin, target: toTarget(server.port, workload), recent, readCacheWrites, stop };
}

/** What the workload sends to this port, from its beginning. */
export function toTarget(port: number, workload: Workload): Target {
  return {
    port,
    nextAddress: workload.createAddresses(),
    nextPath: workload.createPaths?.() ?? (() => PATH),
  };
}
