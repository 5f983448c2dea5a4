// A client that goes on after being denied is refused for a while, longer each time; one that waits as it is told is not.

import { describe, expect, it } from "vitest";
import { newAddress, type Reply, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { untilTime } from "../support/until.ts";

const FIRST_MS = 1_000;
const SECOND_MS = 2_000;

const { gateway } = await startStand({
  policies: {
    banning: {
      algorithm: "sliding-window-log",
      limit: 1,
      window: "200ms",
      key: "ip",
      ban: { after: 3, window: "1s", for: ["1s", "2s"] },
    },
    wide: { algorithm: "token-bucket", limit: 1_000, window: "1h", key: "ip" },
  },
  routes: [
    { path: "/banning", policies: ["banning", "wide"] },
    { path: "/wide", policies: ["wide"] },
  ],
});

interface Pause {
  readonly ms: number;
  readonly refused: readonly Reply[];
}

/** Sends without a pause until it was let in again after so many pauses that are longer than the policy's own. */
async function hammer(ip: string, pausesMax: number): Promise<readonly Pause[]> {
  const pauses: Pause[] = [];
  let last: Reply | undefined;
  let refused: Reply[] = [];
  while (pauses.length < pausesMax) {
    const reply = await send(gateway, "/banning", { ip });
    if (reply.status === 429) {
      refused.push(reply);
      continue;
    }
    const ms = reply.sentAtMs - (last ?? reply).answeredAtMs;
    if (ms > FIRST_MS / 2) pauses.push({ ms, refused });
    last = reply;
    refused = [];
  }
  return pauses;
}

describe.concurrent("a client that goes on after being denied", () => {
  it("is refused for the first length, then for the second, and never for longer", async () => {
    const pauses = await hammer(newAddress(), 2);
    for (const [index, lengthMs] of [FIRST_MS, SECOND_MS].entries()) {
      const { ms, refused } = pauses[index] ?? { ms: 0, refused: [] };
      // Before the ban lies the policy's own window, in which the denials came.
      expect(ms).toBeGreaterThanOrEqual(lengthMs - 100);
      expect(ms).toBeLessThanOrEqual(lengthMs + 200 + 400);
      expect(refused.length).toBeGreaterThan(10);
      for (const reply of refused)
        expect(Number(reply.field("Retry-After"))).toBeLessThanOrEqual(lengthMs / 1_000);
      expect(refused.at(-1)?.json()).toMatchObject({
        code: "quota-exceeded",
        "violated-policies": ["banning"],
      });
    }
  });

  it("is let in again as soon as it waits as long as it is told", async () => {
    const ip = newAddress();
    let reply = await send(gateway, "/banning", { ip });
    const startMs = Date.now();
    while (Date.now() < startMs + 500) reply = await send(gateway, "/banning", { ip });
    expect(reply.status).toBe(429);
    await untilTime(reply.answeredAtMs + Number(reply.field("Retry-After")) * 1_000);
    expect((await send(gateway, "/banning", { ip })).status).toBe(200);
  });

  it("may still do what other policies allow, and costs them nothing", async () => {
    const ip = newAddress();
    const replies = [];
    for (let time = 0; time < 50; time += 1) replies.push(await send(gateway, "/banning", { ip }));
    const admitted = replies.filter(({ status }) => status === 200).length;
    const reply = await send(gateway, "/wide", { ip });
    expect([reply.status, reply.field("X-RateLimit-Remaining")]).toEqual([200, String(1_000 - admitted - 1)]);
  });
});

describe.concurrent("a client that waits as long as it is told", () => {
  it("is never banned: it is denied once, and then admitted", async () => {
    const ip = newAddress();
    let denials = 0;
    const untilMs = Date.now() + 4_000;
    while (Date.now() < untilMs) {
      const reply = await send(gateway, "/banning", { ip });
      if (reply.status === 200) continue;
      denials += 1;
      expect(reply.field("Retry-After")).toBe("1");
      await untilTime(reply.answeredAtMs + 1_000);
      expect((await send(gateway, "/banning", { ip })).status).toBe(200);
    }
    expect(denials).toBeGreaterThanOrEqual(3);
  });
});
