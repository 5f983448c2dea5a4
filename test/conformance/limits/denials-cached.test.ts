// Denied is cheap: a flood from one client is answered without asking the counters each time, and like the first denial.

import { afterAll, describe, expect, it } from "vitest";
import { newAddress, type Reply, send } from "../support/client.ts";
import { startOrigin } from "../support/origin.ts";
import { startWatchedGateway } from "../support/watched-gateway.ts";

const AT_ONCE = 10;
const DAY_MS = 86_400_000;
const HOURLY = { algorithm: "sliding-window", window: "1h" };

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startWatchedGateway({
  origin: origin.url,
  policies: {
    one: { ...HOURLY, limit: 1, key: "ip" },
    many: { ...HOURLY, limit: 1_000_000, key: "host" },
    second: { algorithm: "token-bucket", limit: 2, window: "1s", key: "ip" },
    edge: { algorithm: "fixed-window", limit: 1, window: "1d", key: "ip" },
  },
  routes: [
    { path: "/one", policies: ["one"] },
    { path: "/apart", policies: ["one", "many"] },
    { path: "/second", policies: ["second"] },
    { path: "/edge", policies: ["edge"] },
  ],
});
afterAll(gateway.close);

/** So many requests of one client, some at a time, without a pause; and how often counters were asked meanwhile. */
async function flood(path: string, ip: string, count: number): Promise<{ replies: Reply[]; calls: number }> {
  const before = await gateway.readCalls();
  const replies: Reply[] = [];
  let sent = 0;
  const work = async (): Promise<void> => {
    while (sent < count) {
      sent += 1;
      replies.push(await send(gateway, path, { ip }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { replies, calls: (await gateway.readCalls()) - before };
}

function toSeconds(replies: readonly Reply[]): number {
  const sentMs = Math.min(...replies.map(({ sentAtMs }) => sentAtMs));
  return Math.ceil((Math.max(...replies.map(({ answeredAtMs }) => answeredAtMs)) - sentMs) / 1_000);
}

describe("a flood of 1,000 requests from one client that is denied", () => {
  it.each([
    // Those that come before the first denial is known, and one a second from then on.
    ["/one", 1],
    // Two objects: each holds, and gives back.
    ["/apart", 4],
  ])("on %s makes hardly any object calls", async (path, callsEach) => {
    const ip = newAddress();
    expect((await send(gateway, path, { ip })).status).toBe(200);
    const { replies, calls } = await flood(path, ip, 1_000);
    expect(replies.every(({ status }) => status === 429)).toBe(true);
    expect(calls).toBeGreaterThan(0);
    expect(calls).toBeLessThanOrEqual(callsEach * (AT_ONCE + toSeconds(replies)));
    expect(origin.requests(path)).toHaveLength(1);
  });

  it("is told the same each time, while the wait counts down", async () => {
    const ip = newAddress();
    await send(gateway, "/one", { ip });
    const { replies } = await flood("/one", ip, 50);
    for (const reply of replies) {
      expect(reply.json()).toMatchObject({ code: "quota-exceeded", "violated-policies": ["one"] });
      expect(reply.field("RateLimit")).toMatch(/^"one";r=0;t=\d+$/);
      expect(reply.field("RateLimit-Policy")).toBe('"one";q=1;w=3600');
      // An hour, and up to one of the window's ten parts.
      const retryAfter = Number(reply.field("Retry-After"));
      expect(retryAfter).toBeGreaterThan(3_500);
      expect(retryAfter).toBeLessThanOrEqual(3_960);
      const reset = Number(reply.field("X-RateLimit-Reset"));
      expect(Math.abs(reset - reply.answeredAtMs / 1_000 - retryAfter)).toBeLessThan(3);
    }
  });

  it("is told a wait that is right to the second at every moment", async () => {
    const ip = newAddress();
    // The window ends on a whole second: a wait's seconds change between two questions to the counter.
    await new Promise((resolve) => setTimeout(resolve, 1_600 - (Date.now() % 1_000)));
    const midnightMs = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
    await send(gateway, "/edge", { ip });
    const untilMs = Date.now() + 2_500;
    for (let nowMs = 0; nowMs < untilMs; nowMs = Date.now()) {
      const reply = await send(gateway, "/edge", { ip });
      const waitMs = Number(reply.field("Retry-After")) * 1_000;
      // One second less fails; it is less than one too long, and a little, where an isolate counts from the answer on.
      expect(reply.answeredAtMs + waitMs).toBeGreaterThanOrEqual(midnightMs);
      expect(reply.sentAtMs + waitMs).toBeLessThan(midnightMs + 1_200);
    }
  });

  it("does not make it wait longer than it must: what has come back is given at once", async () => {
    const ip = newAddress();
    const { replies } = await flood("/second", ip, 600);
    const admitted = replies.filter(({ status }) => status === 200);
    const seconds =
      (replies.at(-1)?.answeredAtMs ?? 0) - Math.min(...replies.map(({ sentAtMs }) => sentAtMs));
    // A bucket of two that refills twice a second, all but the last refill.
    expect(admitted.length).toBeLessThanOrEqual(2 + (2 * seconds) / 1_000);
    expect(admitted.length).toBeGreaterThanOrEqual(2 + Math.floor((2 * seconds) / 1_000) - 1);
  });

  it("does not concern another client", async () => {
    const [flooding, other] = [newAddress(), newAddress()];
    await flood("/one", flooding, 20);
    expect((await send(gateway, "/one", { ip: other })).status).toBe(200);
  });
});
