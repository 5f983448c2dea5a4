// The cache that most people write first: the least that a hit of the Cache API costs on this runtime.

import { startWorker } from "../servers/worker.ts";
import { cacheHit } from "../workloads/cache-hit.ts";
import type { Contender } from "./contender.ts";

export const naiveCache: Contender = {
  name: "naive-cache",
  title: "naive: the Cache API alone",
  platform: "priced",
  serves: "from a cache",
  workloads: [cacheHit],
  start: (stand) => startWorker(stand, { source: new URL("../workers/naive-cache.ts", import.meta.url) }),
};
