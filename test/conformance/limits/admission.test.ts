// How many requests get in: never more than the limit, in any window, however they arrive, and not one fewer on a
// fresh key. What a denied request is told has its own file.

import { describe, expect, it } from "vitest";
import { newAddress, send, type Reply } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const LIMIT = 60;
/** Each decision is its counter object's, however busy the machine: one without it would allow more. */
const HOURLY = { limit: LIMIT, window: "1h", key: "ip", timeoutMs: 10_000 };
const FAST = { limit: 8, windowMs: 1_000, burst: 4 };

const { origin, gateway } = await startStand({
  policies: {
    bucket: { ...HOURLY, algorithm: "token-bucket" },
    window: { ...HOURLY, algorithm: "sliding-window" },
    "fast-bucket": {
      algorithm: "token-bucket",
      limit: FAST.limit,
      window: "1s",
      burst: FAST.burst,
      key: "ip",
    },
    "fast-window": { algorithm: "sliding-window", limit: FAST.limit, window: "1s", key: "ip" },
    "coarse-window": {
      algorithm: "sliding-window",
      limit: FAST.limit,
      window: "1s",
      subWindows: 2,
      key: "ip",
    },
  },
  routes: [
    { path: "/bucket/*", policies: ["bucket"] },
    { path: "/window/*", policies: ["window"] },
    { path: "/fast-bucket", policies: ["fast-bucket"] },
    { path: "/fast-window", policies: ["fast-window"] },
    { path: "/coarse-window", policies: ["coarse-window"] },
    { path: "/free", policies: [] },
  ],
});

function sendTogether(count: number, path: string, ip: string): Promise<Reply[]> {
  return Promise.all(Array.from({ length: count }, () => send(gateway, path, { ip })));
}

function countStatus(replies: readonly Reply[], status: number): number {
  return replies.filter((reply) => reply.status === status).length;
}

describe.each(["bucket", "window"])("100 concurrent requests under a %s of 60", (policy) => {
  it("admit exactly 60 on a fresh key, and no other reaches the origin", async () => {
    const path = `/${policy}/one`;
    const replies = await sendTogether(100, path, newAddress());
    expect(countStatus(replies, 200)).toBe(LIMIT);
    expect(countStatus(replies, 429)).toBe(40);
    expect(origin.requests(path)).toHaveLength(LIMIT);
  });

  it("admit exactly 60 for each of 5 keys at once", async () => {
    const keys = Array.from({ length: 5 }, newAddress);
    const replies = await Promise.all(keys.map((ip) => sendTogether(100, `/${policy}/five`, ip)));
    expect(replies.map((ofKey) => countStatus(ofKey, 200))).toEqual([LIMIT, LIMIT, LIMIT, LIMIT, LIMIT]);
    expect(replies.map((ofKey) => countStatus(ofKey, 429))).toEqual([40, 40, 40, 40, 40]);
  });
});

/** Sends a few at a time, without a pause, until the time is over; gives the admitted ones in order of arrival. */
async function hammer(path: string, forMs: number): Promise<Reply[]> {
  const ip = newAddress();
  const untilMs = Date.now() + forMs;
  const replies: Reply[] = [];
  const work = async (): Promise<void> => {
    while (Date.now() < untilMs) replies.push(await send(gateway, path, { ip }));
  };
  await Promise.all([work(), work(), work()]);
  return replies.filter(({ status }) => status === 200).toSorted((a, b) => a.answeredAtMs - b.answeredAtMs);
}

/**
 * The most requests that were certainly admitted within any `windowMs`: an admission lies somewhere between the
 * sending and the answer, so only those whose whole span fits are counted.
 */
function countInFullestWindow(admitted: readonly Reply[], windowMs: number): number {
  const counts = admitted.map((first) => {
    const endMs = first.sentAtMs + windowMs;
    return admitted.filter((reply) => reply.sentAtMs >= first.sentAtMs && reply.answeredAtMs < endMs).length;
  });
  return Math.max(...counts);
}

describe.concurrent("without a pause between the requests", () => {
  it.each(["fast-window", "coarse-window"])(
    "no rolling window of a %s admits more than the limit",
    async (path) => {
      const admitted = await hammer(`/${path}`, 3_500);
      expect(countInFullestWindow(admitted, FAST.windowMs)).toBeLessThanOrEqual(FAST.limit);
      // And it does let them in again: in 3.5 windows at least twice what one window may hold.
      expect(admitted.length).toBeGreaterThanOrEqual(2 * FAST.limit);
    },
  );

  it("a token bucket admits at most burst + rate x time over every interval", async () => {
    const admitted = await hammer("/fast-bucket", 3_500);
    const excesses = admitted.flatMap((first, from) =>
      admitted.slice(from).map((last, more) => {
        const spanMs = last.answeredAtMs - first.sentAtMs;
        return more + 1 - (FAST.burst + (FAST.limit * spanMs) / FAST.windowMs);
      }),
    );
    expect(Math.max(...excesses)).toBeLessThanOrEqual(0);
    expect(admitted.length).toBeGreaterThanOrEqual(FAST.burst + 2 * FAST.limit);
  });

  it("a route without policies admits everything and says nothing about limits", async () => {
    const replies = await sendTogether(100, "/free", newAddress());
    expect(countStatus(replies, 200)).toBe(100);
    const [first] = replies;
    expect(["RateLimit", "RateLimit-Policy", "X-RateLimit-Limit"].map((name) => first?.field(name))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
