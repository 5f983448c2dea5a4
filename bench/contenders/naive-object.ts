// The limiter that most people write first: one call of a Durable Object for every request, its state in memory.

import { startWorker } from "../servers/worker.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const naiveObject: Contender = {
  name: "naive-object",
  title: "naive: one object call a request",
  runtime: "workerd",
  workloads: [hotKey],
  start: (stand) =>
    startWorker(stand, {
      source: new URL("../workers/naive-object.ts", import.meta.url),
      objects: { LIMITERS: "Limiter" },
    }),
};
