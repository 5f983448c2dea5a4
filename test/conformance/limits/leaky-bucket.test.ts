// A queue in front of the origin: requests go on evenly spaced and in order, and what would wait too long is denied.

import { setTimeout as wait } from "node:timers/promises";
import { beforeEach, describe, expect, it } from "vitest";
import { newAddress, type Reply, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { until, untilTime } from "../support/until.ts";

const SPACE_MS = 100;
const PLACES = 10;
/** A timer is late by this much at most, on a machine that has other things to do. */
const JITTER_MS = 60;

const { origin, gateway } = await startStand({
  policies: {
    queue: { algorithm: "leaky-bucket", limit: 10, window: "1s", delayMax: "1s", key: "ip" },
    hourly: { algorithm: "sliding-window", limit: 5, window: "1h", key: "ip" },
    "per-host": { algorithm: "sliding-window", limit: 1_000, window: "1h", key: "host" },
  },
  routes: [
    { path: "/both/*", policies: ["queue", "hourly"] },
    { path: "/apart/*", policies: ["queue", "per-host"] },
    { path: "/triple/*", policies: ["queue"], cost: 3 },
    { path: "/*", policies: ["queue"] },
  ],
});

const arrivals = new Map<string, number[]>();
let ip = "";
let path = "";
let paths = 0;

function serve(at: string): void {
  arrivals.set(at, []);
  origin.serve(at, () => {
    arrivals.get(at)?.push(Date.now());
    return { body: "in its turn" };
  });
}

beforeEach(() => {
  ip = newAddress();
  path = `/queue-${(paths += 1)}`;
  serve(path);
});

/** Sends so many in this order: each reaches the gateway before the next. */
function sendInOrder(count: number, at = path): Promise<readonly Reply[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      await wait(index * 8);
      return send(gateway, `${at}?n=${index}`, { ip });
    }),
  );
}

/** What the origin saw: the requests' numbers, and how long after the first each came. */
function readArrivals(at = path): { readonly order: readonly number[]; readonly afterMs: readonly number[] } {
  const times = arrivals.get(at) ?? [];
  return {
    order: origin.requests(at).map(({ target }) => Number(/n=(\d+)/.exec(target)?.[1])),
    afterMs: times.map((time) => time - (times[0] ?? 0)),
  };
}

/** A machine that has other things to do makes some of them late, but not each: a wait in the queue would. */
async function expectOneAtOnce(ask: () => Promise<Reply>): Promise<void> {
  await until("an answer at once", async () => {
    const reply = await ask();
    expect(reply.status).toBe(200);
    return reply.answeredAtMs - reply.sentAtMs < SPACE_MS;
  });
}

function expectSpaced(afterMs: readonly number[], spaceMs: number): void {
  for (const [index, ms] of afterMs.entries()) {
    expect(ms).toBeGreaterThanOrEqual(index * spaceMs - JITTER_MS);
    expect(ms).toBeLessThanOrEqual(index * spaceMs + 2 * JITTER_MS);
  }
}

// Real time on a machine that may have other things to do: what is wrong is wrong each time, what is late is not.
describe("requests that come together", { retry: 2 }, () => {
  it("go on one after the other, evenly spaced and in order; what would wait too long is denied", async () => {
    const replies = await sendInOrder(PLACES + 5);
    const admitted = replies.filter(({ status }) => status === 200);
    // One goes on at once, ten wait up to a second, and by the last of them one or two have gone on.
    expect(admitted.length).toBeGreaterThanOrEqual(PLACES + 1);
    expect(admitted.length).toBeLessThanOrEqual(PLACES + 3);
    const { order, afterMs } = readArrivals();
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(order).toHaveLength(admitted.length);
    expectSpaced(afterMs, SPACE_MS);
    const denied = replies.filter(({ status }) => status === 429);
    expect(denied.length).toBe(PLACES + 5 - admitted.length);
    for (const reply of denied) {
      expect(reply.field("Retry-After")).toBe("1");
      expect(reply.answeredAtMs - reply.sentAtMs).toBeLessThan(500);
    }
  });

  it("go on evenly spaced also where another object must agree", async () => {
    const at = `/apart${path}`;
    serve(at);
    const replies = await Promise.all(Array.from({ length: 8 }, () => send(gateway, at, { ip })));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
    expectSpaced(readArrivals(at).afterMs, SPACE_MS);
  });

  it("do not wait for those of another client", async () => {
    await expectOneAtOnce(async () => {
      const queued = sendInOrder(5);
      await wait(50);
      const reply = await send(gateway, path, { ip: newAddress() });
      await queued;
      return reply;
    });
  });

  it("wait for as many places as those before them cost", async () => {
    const at = `/triple${path}`;
    serve(at);
    await sendInOrder(3, at);
    expectSpaced(readArrivals(at).afterMs, 3 * SPACE_MS);
  });

  it("are denied by another policy at once, and then take no place in the queue", async () => {
    const at = `/both${path}`;
    serve(at);
    const replies = await sendInOrder(9, at);
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(5);
    expectSpaced(readArrivals(at).afterMs, SPACE_MS);
    const [last] = await sendInOrder(1);
    expect((last?.answeredAtMs ?? Infinity) - (last?.sentAtMs ?? 0)).toBeLessThan(2 * SPACE_MS);
  });
});

describe("a request that comes alone", () => {
  it("goes on at once, and is told how many may still join", async () => {
    await expectOneAtOnce(() => send(gateway, path, { ip: newAddress() }));
    const reply = await send(gateway, path, { ip });
    expect(reply.field("X-RateLimit-Remaining")).toBe(String(PLACES));
    expect(reply.field("RateLimit-Policy")).toBe('"queue";q=10;w=1');
  });

  it("is admitted when it has waited as long as it was told", async () => {
    const denied = (await sendInOrder(PLACES + 5)).find(({ status }) => status === 429);
    if (denied === undefined) throw new Error("nothing was denied");
    await untilTime(denied.answeredAtMs + Number(denied.field("Retry-After")) * 1_000);
    expect((await send(gateway, path, { ip })).status).toBe(200);
  });
});
