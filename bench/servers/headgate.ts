// Headgate as it is deployed: the same build, with one of the bench's configurations inside.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildWorker, readConfigFile } from "../../src/cli/build-worker.ts";
import type { Server, Stand } from "../contenders/contender.ts";
import { toAllowed } from "../measures/to-allowed.ts";
import { SCRIPT, serveOnWorkerd } from "./serve-on-workerd.ts";

/** All of the configuration's policies must apply to the bench's one path. */
export async function startHeadgate(stand: Stand, config: URL): Promise<Server> {
  const configPath = fileURLToPath(config);
  const { policies } = await readConfigFile(configPath);
  await buildWorker({ configPath, outFile: join(stand.folder, SCRIPT) });
  return {
    ...(await serveOnWorkerd(stand, { COUNTERS: "CounterObject" })),
    toAllowed: policies.length === 0 ? undefined : (elapsedMs) => toAllowed(policies, elapsedMs),
  };
}
