// A Worker that only forwards: what a gateway costs before it decides anything.

import { startWorker } from "../servers/worker.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const forwardOnly: Contender = {
  name: "forward-only",
  title: "Worker that only forwards",
  platform: "priced",
  serves: "by forwarding",
  workloads: [hotKey],
  start: (stand) => startWorker(stand, { source: new URL("../workers/forward-only.ts", import.meta.url) }),
};
