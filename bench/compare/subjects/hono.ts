// hono-rate-limiter with its Durable Object store, on the same runtime.

import { join } from "node:path";
import { peerPackages } from "../../machine/needs.ts";
import { bundle } from "../../servers/bundle.ts";
import { SCRIPT, startWorkerSubject } from "../start-worker.ts";
import type { Subject } from "../subject.ts";

export const hono: Subject = {
  name: "hono",
  title: "hono-rate-limiter, Durable Object store",
  algorithm: "fixed window",
  settings: "bench/peers/apps/hono.js",
  needs: [peerPackages],
  addressField: "CF-Connecting-IP",
  can: {},
  start: (place, rules) =>
    startWorkerSubject(place, rules, {
      objects: { LIMITERS: "DurableObjectRateLimiter" },
      build: () => bundle(new URL("../../peers/apps/hono.js", import.meta.url), join(place.folder, SCRIPT)),
    }),
};
