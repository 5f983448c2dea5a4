// Many requests at the same moment share few calls of their counter object, and no request depends on another: not on
// one whose client leaves, nor on one that waits longer or less long.

import { setTimeout as wait } from "node:timers/promises";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { newAddress, type Reply, send } from "../support/client.ts";
import { startOrigin } from "../support/origin.ts";
import { DIES, LEAVES_AFTER, startWatchedGateway } from "../support/watched-gateway.ts";

const HOURLY = { algorithm: "sliding-window", window: "1h" };
/** How late a slow object answers: so late that requests meet, and long after a call's followers have gathered. */
const SLOW_MS = 400;

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startWatchedGateway({
  origin: origin.url,
  counters: { shards: 1 },
  policies: {
    sixty: { ...HOURLY, limit: 60, key: "ip", timeoutMs: 20_000 },
    one: { ...HOURLY, limit: 1, key: "ip", timeoutMs: 20_000 },
    patient: { ...HOURLY, limit: 100, key: "ip", timeoutMs: 20_000, onError: "closed" },
    hasty: { ...HOURLY, limit: 100, key: "ip", timeoutMs: 100, onError: "closed" },
    brief: { ...HOURLY, limit: 100, key: "ip", timeoutMs: 2_000, onError: "open" },
  },
  routes: ["sixty", "one", "patient", "hasty", "brief"].map((name) => ({
    path: `/${name}`,
    policies: [name],
  })),
});
afterAll(gateway.close);
afterEach(() => gateway.slowDown(0));

/** One request for each address, all at once, of a slow object; and how often it was asked. */
async function askSlowly(
  path: string,
  addresses: readonly string[],
): Promise<{ readonly statuses: readonly number[]; readonly calls: number }> {
  await gateway.slowDown(SLOW_MS);
  const before = await gateway.readCalls();
  const replies = await Promise.all(addresses.map((ip) => send(gateway, path, { ip })));
  const calls = (await gateway.readCalls()) - before;
  expect(replies.filter((reply) => reply.field("X-RateLimit-Degraded") !== undefined)).toEqual([]);
  return { statuses: replies.map(({ status }) => status), calls };
}

const count = (statuses: readonly number[], wanted: number): number =>
  statuses.filter((status) => status === wanted).length;

describe("requests that meet at a counter object", () => {
  it("ask for one key with few calls, and exactly the limit passes", async () => {
    const ip = newAddress();
    const { statuses, calls } = await askSlowly(
      "/sixty",
      Array.from({ length: 100 }, () => ip),
    );
    expect([count(statuses, 200), count(statuses, 429)]).toEqual([60, 40]);
    expect(calls).toBeLessThanOrEqual(33);
  });

  it("ask for 100 keys with few calls, and each passes once", async () => {
    const addresses = Array.from({ length: 100 }, newAddress);
    const first = await askSlowly("/one", addresses);
    expect([count(first.statuses, 200), first.calls <= 33]).toEqual([100, true]);
    const second = await askSlowly("/one", addresses);
    expect([count(second.statuses, 429), second.calls <= 33]).toEqual([100, true]);
  });

  it("do not wait for a call that stalls", async () => {
    await gateway.slowDown(3_000);
    let isStalled = true;
    const stalled = send(gateway, "/patient", { ip: newAddress() }).then(() => (isStalled = false));
    await wait(100);
    await gateway.slowDown(0);
    expect((await send(gateway, "/patient", { ip: newAddress() })).status).toBe(200);
    expect(isStalled).toBe(true);
    await stalled;
  });

  it("wait each by its own policy's timeoutMs", async () => {
    await gateway.slowDown(1_000);
    const ask = (path: string): Promise<Reply> => send(gateway, path, { ip: newAddress() });
    const [first, hasty, patient] = await Promise.all([ask("/patient"), ask("/hasty"), ask("/patient")]);
    expect([first.status, hasty.status, patient.status]).toEqual([200, 503, 200]);
    expect(hasty.answeredAtMs - hasty.sentAtMs).toBeLessThan(900);
  });
});

describe("a client that leaves", () => {
  it.each([20, 150])("after %i ms takes nobody with it", async (leavesAfterMs) => {
    await gateway.slowDown(SLOW_MS);
    const fields = [[LEAVES_AFTER, String(leavesAfterMs)]] as const;
    const leave = (): Promise<Reply> => send(gateway, "/patient", { ip: newAddress(), fields });
    // The first call, and the one that the others share.
    const leaving = [leave()];
    await wait(5);
    leaving.push(leave());
    await wait(5);
    const staying = Array.from({ length: 5 }, () => send(gateway, "/patient", { ip: newAddress() }));
    expect((await Promise.all(leaving)).map(({ status }) => status)).toEqual([499, 499]);
    for (const reply of await Promise.all(staying)) {
      expect([reply.status, reply.field("X-RateLimit-Degraded")]).toEqual([200, undefined]);
      expect(reply.answeredAtMs - reply.sentAtMs).toBeLessThan(5_000);
    }
  });

  it("and whose request ends with it holds the others up no longer than they wait, and those after them not", async () => {
    await gateway.slowDown(SLOW_MS);
    const first = send(gateway, "/brief", { ip: newAddress() });
    await wait(5);
    const fields = [
      [LEAVES_AFTER, "20"],
      [DIES, "1"],
    ] as const;
    const dying = send(gateway, "/brief", { ip: newAddress(), fields });
    await wait(5);
    const follower = send(gateway, "/brief", { ip: newAddress() });
    expect((await dying).status).toBe(499);
    expect([(await first).status, (await follower).status]).toEqual([200, 200]);
    const next = await send(gateway, "/brief", { ip: newAddress() });
    expect([next.status, next.field("X-RateLimit-Degraded")]).toEqual([200, undefined]);
  });
});
