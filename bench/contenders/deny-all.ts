// Answers every request with the same 429: what a flood costs at the least.

import { startWorker } from "../servers/worker.ts";
import { flood } from "../workloads/flood.ts";
import type { Contender } from "./contender.ts";

export const denyAll: Contender = {
  name: "deny-all",
  title: "a constant 429 that has read URL and fields",
  platform: "priced",
  serves: "by itself",
  workloads: [flood],
  start: (stand) =>
    startWorker(stand, {
      source: new URL("../workers/deny-all.ts", import.meta.url),
      toAllowed: () => 0,
    }),
};
