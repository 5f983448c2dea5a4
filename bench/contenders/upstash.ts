// @upstash/ratelimit: a call of a Redis over HTTP for every request.

import { peerPackages, redisServer } from "../machine/needs.ts";
import { startUpstash } from "../servers/upstash.ts";
import { flood } from "../workloads/flood.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const upstash: Contender = {
  name: "upstash",
  title: "@upstash/ratelimit",
  platform: "stored elsewhere",
  serves: "by forwarding",
  workloads: [hotKey, flood],
  needs: [peerPackages, redisServer],
  start: (stand) => startUpstash(stand, "off"),
};
