// A peer that is a program of Node: one process of it.

import { fileURLToPath } from "node:url";
import type { Server, Stand } from "../contenders/contender.ts";
import { toWindowContract } from "../measures/contracts.ts";
import { findFreePort, runProcess, waitUntilItListens } from "./run-process.ts";

/** `program` denies by a window and reads PORT, ORIGIN_URL, LIMIT_UNITS and WINDOW_MS. */
export async function startNodePeer({ pinned, originUrl, limit }: Stand, program: URL): Promise<Server> {
  const port = await findFreePort();
  const path = fileURLToPath(program);
  const running = runProcess([...pinned, process.execPath, path], {
    env: {
      NODE_ENV: "production",
      PORT: String(port),
      ORIGIN_URL: originUrl,
      LIMIT_UNITS: String(limit.units),
      WINDOW_MS: String(limit.windowMs),
    },
  });
  await waitUntilItListens(running, { host: "127.0.0.1", port }, path);
  return { port, processIds: [running.id], toAllowed: toWindowContract(limit), stop: running.stop };
}
