// The world in between, on workerd: what a Worker asks takes as long as its way, and what it waited for is told.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { naiveCache } from "../../../bench/contenders/naive-cache.ts";
import { naiveObject } from "../../../bench/contenders/naive-object.ts";
import type { Contender } from "../../../bench/contenders/contender.ts";
import { startCacheStore } from "../../../bench/load/cache-store.ts";
import { startOrigin } from "../../../bench/load/origin.ts";
import type { Trips } from "../../../bench/workers/put-far-away.ts";
import { AMPLE, PROMPT } from "../../../bench/workloads/workload.ts";

const delays = { near: 300, far: 0, cache: 150 };

const origin = await startOrigin(PROMPT);
const cacheStore = await startCacheStore();
afterAll(() => {
  origin.close();
  cacheStore.close();
});

/** What a request took, and what it waited for. */
async function askOf({ start }: Contender): Promise<{ readonly ms: number; readonly trips: Trips }> {
  const folder = await mkdtemp(join(tmpdir(), "headgate-world-"));
  const stand = { originUrl: origin.url, cacheAddress: cacheStore.address, folder, pinned: [], limit: AMPLE };
  const server = await start({ ...stand, delays });
  try {
    const url = `http://127.0.0.1:${server.port}/`;
    const startMs = performance.now();
    expect((await fetch(url)).status).toBe(200);
    const ms = performance.now() - startMs;
    return { ms, trips: (await (await fetch(`${url}.bench/trips`)).json()) as Trips };
  } finally {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

describe("with the world in between", () => {
  test.concurrent("an object is a near round trip away", async () => {
    const { ms, trips } = await askOf(naiveObject);
    expect(trips).toEqual({ series: ["near"], calls: { near: 1, far: 0, cache: 0 } });
    expect(ms).toBeGreaterThanOrEqual(delays.near - 1);
  });

  test.concurrent("the Cache API is asked, then written", async () => {
    const { ms, trips } = await askOf(naiveCache);
    expect(trips).toEqual({ series: ["cache", "cache"], calls: { near: 0, far: 0, cache: 2 } });
    expect(ms).toBeGreaterThanOrEqual(2 * delays.cache - 1);
  });
});
