// @upstash/ratelimit on workerd, in front of a Redis of its own.

import type { Server, Stand } from "../contenders/contender.ts";
import { startRedisShim } from "../load/redis-shim.ts";
import { toWindowContract } from "../measures/contracts.ts";
import { startRedis } from "./redis.ts";
import { startWorker } from "./worker.ts";

export async function startUpstash(stand: Stand, ephemeralCache: "on" | "off"): Promise<Server> {
  const redis = await startRedis(stand);
  const shim = await startRedisShim(redis.socketPath);
  const worker = await startWorker(stand, {
    source: new URL("../peers/upstash.js", import.meta.url),
    vars: { REDIS_URL: shim.url, EPHEMERAL_CACHE: ephemeralCache },
    toAllowed: toWindowContract(stand.limit),
  });
  return {
    ...worker,
    processIds: [...worker.processIds, ...redis.processIds],
    // The shim counts without slowing anything down: the timed server does.
    startCounting: () =>
      Promise.resolve({
        port: worker.port,
        readUse: () => Promise.resolve({ calls: shim.readCalls(), rowsWritten: undefined }),
        stop: () => Promise.resolve(),
      }),
    stop: async () => {
      await worker.stop();
      shim.close();
      await redis.stop();
    },
  };
}
