// hono-rate-limiter with its Durable Object store: a library's way, on the same runtime. One call and one row for every
// request, also for one that is denied.

import { peerPackages } from "../machine/needs.ts";
import { toWindowContract } from "../measures/contracts.ts";
import { startWorker } from "../servers/worker.ts";
import { flood } from "../workloads/flood.ts";
import { hotKey } from "../workloads/hot-key.ts";
import { newKeys } from "../workloads/new-keys.ts";
import { overload } from "../workloads/overload.ts";
import { visitors } from "../workloads/visitors.ts";
import { zipf } from "../workloads/zipf.ts";
import type { Contender } from "./contender.ts";

export const honoStore: Contender = {
  name: "hono-store",
  title: "hono-rate-limiter, Durable Object store",
  platform: "priced",
  serves: "by forwarding",
  workloads: [hotKey, zipf, newKeys, visitors, flood, overload],
  needs: [peerPackages],
  start: (stand) =>
    startWorker(stand, {
      source: new URL("../peers/hono-store.js", import.meta.url),
      objects: { LIMITERS: "DurableObjectRateLimiter" },
      toAllowed: toWindowContract(stand.limit),
    }),
};
