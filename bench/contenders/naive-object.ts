// The limiter that most people write first: one call of a Durable Object for every request, its state in memory.

import { toBucketContract } from "../measures/contracts.ts";
import { startWorker } from "../servers/worker.ts";
import { flood } from "../workloads/flood.ts";
import { hotKey } from "../workloads/hot-key.ts";
import { newKeys } from "../workloads/new-keys.ts";
import { zipf } from "../workloads/zipf.ts";
import type { Contender } from "./contender.ts";

export const naiveObject: Contender = {
  name: "naive-object",
  title: "naive: one object call a request",
  platform: "priced",
  serves: "by forwarding",
  workloads: [hotKey, zipf, newKeys, flood],
  start: (stand) =>
    startWorker(stand, {
      source: new URL("../workers/naive-object.ts", import.meta.url),
      objects: { LIMITERS: "Limiter" },
      toAllowed: toBucketContract(stand.limit),
    }),
};
