// The naive limiter made durable: one call and one row written for every request.

import { toBucketContract } from "../measures/contracts.ts";
import { startWorker } from "../servers/worker.ts";
import { hotKey } from "../workloads/hot-key.ts";
import { visitors } from "../workloads/visitors.ts";
import type { Contender } from "./contender.ts";

export const naiveRow: Contender = {
  name: "naive-row",
  title: "naive: one call and one row a request",
  platform: "priced",
  serves: "by forwarding",
  workloads: [hotKey, visitors],
  start: (stand) =>
    startWorker(stand, {
      source: new URL("../workers/naive-row.ts", import.meta.url),
      objects: { LIMITERS: "Limiter" },
      toAllowed: toBucketContract(stand.limit),
    }),
};
