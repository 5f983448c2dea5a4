// fastify with @fastify/rate-limit: counters in one process's memory, without a call.

import { peerPackages } from "../machine/needs.ts";
import { startNodePeer } from "../servers/node-peer.ts";
import { flood } from "../workloads/flood.ts";
import { hotKey } from "../workloads/hot-key.ts";
import type { Contender } from "./contender.ts";

export const fastify: Contender = {
  name: "fastify",
  title: "Node: fastify, @fastify/rate-limit",
  platform: "other",
  serves: "by forwarding",
  workloads: [hotKey, flood],
  needs: [peerPackages],
  start: (stand) => startNodePeer(stand, new URL("../peers/fastify.js", import.meta.url)),
};
