// @upstash/ratelimit with its ephemeralCache, which remembers denials in the isolate.

import { peerPackages, redisServer } from "../machine/needs.ts";
import { startUpstash } from "../servers/upstash.ts";
import { flood } from "../workloads/flood.ts";
import type { Contender } from "./contender.ts";

export const upstashCache: Contender = {
  name: "upstash-cache",
  title: "@upstash/ratelimit, ephemeralCache",
  platform: "stored elsewhere",
  serves: "by forwarding",
  workloads: [flood],
  needs: [peerPackages, redisServer],
  start: (stand) => startUpstash(stand, "on"),
};
