// A Redis in memory on a socket in the stand's folder: one process of it, on the server's core.

import { join } from "node:path";
import type { Stand } from "../contenders/contender.ts";
import { runProcess, waitUntilItListens } from "./run-process.ts";

export interface Redis {
  readonly socketPath: string;
  readonly processIds: readonly number[];
  readonly stop: () => Promise<void>;
}

export async function startRedis({ folder, pinned }: Pick<Stand, "folder" | "pinned">): Promise<Redis> {
  const socketPath = join(folder, "redis.sock");
  const options = { port: "0", unixsocket: socketPath, save: "", appendonly: "no" };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const running = runProcess([...pinned, "redis-server", ...args], { folder });
  await waitUntilItListens(running, { path: socketPath }, "redis-server");
  return { socketPath, processIds: [running.id], stop: running.stop };
}
