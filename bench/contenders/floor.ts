// The floor: a Worker that does only what any gateway that asks an object must. What Headgate costs above it is Headgate's.

import { toBucketContract } from "../measures/contracts.ts";
import { startWorker } from "../servers/worker.ts";
import { flood } from "../workloads/flood.ts";
import { hotKey } from "../workloads/hot-key.ts";
import { newKeys } from "../workloads/new-keys.ts";
import { zipf } from "../workloads/zipf.ts";
import type { Contender } from "./contender.ts";

export const floor: Contender = {
  name: "floor",
  title: "floor: what any gateway that asks must do",
  platform: "priced",
  serves: "by forwarding",
  workloads: [hotKey, zipf, newKeys, flood],
  start: (stand) =>
    startWorker(stand, {
      source: new URL("../workers/floor.ts", import.meta.url),
      objects: { LIMITERS: "Limiter" },
      toAllowed: toBucketContract(stand.limit),
    }),
};
