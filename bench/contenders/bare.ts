// A Worker that answers by itself: the least that a request costs on this runtime.

import { startWorker } from "../servers/worker.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const bare: Contender = {
  name: "bare",
  title: "bare Worker",
  platform: "priced",
  serves: "by itself",
  workloads: [hotKey],
  start: (stand) => startWorker(stand, { source: new URL("../workers/bare.ts", import.meta.url) }),
};
