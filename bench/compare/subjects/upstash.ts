// @upstash/ratelimit on the same runtime, over HTTP before a Redis of its own.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { startRedisShim } from "../../load/redis-shim.ts";
import { peerPackages, redisServer } from "../../machine/needs.ts";
import { bundle } from "../../servers/bundle.ts";
import { startRedis } from "../../servers/redis.ts";
import { failRedis } from "../start-program.ts";
import { SCRIPT, startWorkerSubject } from "../start-worker.ts";
import type { Place, Rules, Running, Subject } from "../subject.ts";

export const upstash: Subject = {
  name: "upstash",
  title: "@upstash/ratelimit, slidingWindow",
  algorithm: "sliding counter",
  settings: "bench/peers/apps/upstash.js",
  needs: [peerPackages, redisServer],
  addressField: "CF-Connecting-IP",
  can: { cost: true },
  start,
};

async function start(place: Place, rules: Rules): Promise<Running> {
  const folder = join(place.folder, "redis");
  await mkdir(folder, { recursive: true });
  const redis = await startRedis({ folder, pinned: [] });
  const shim = await startRedisShim(redis.socketPath);
  const worker = await startWorkerSubject(place, rules, {
    objects: {},
    vars: { REDIS_URL: shim.url },
    build: () => bundle(new URL("../../peers/apps/upstash.js", import.meta.url), join(place.folder, SCRIPT)),
  });
  const withStore = (running: Running): Running => ({
    ...running,
    restart: async (next) => withStore(await running.restart(next)),
    failStore: (how) => failRedis(redis, how),
    readStoreCalls: () => Promise.resolve(shim.readCalls()),
    stop: async () => {
      await running.stop();
      shim.close();
      await redis.stop();
    },
  });
  return withStore(worker);
}
