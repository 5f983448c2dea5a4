// What a denied request costs and is told: it changes nothing, and its Retry-After is the exact second from which the
// same request is admitted.

import { describe, expect, it } from "vitest";
import { newAddress, send, type Reply } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { membersOf } from "../support/structured-fields.ts";
import { untilTime } from "../support/until.ts";

// Somewhat under three seconds: a Retry-After of 3 is exact, and 2 seconds are so much too early that a slow machine
// cannot blur it. The sliding window adds up to one of its ten parts.
const { origin, gateway } = await startStand({
  policies: {
    bucket: { algorithm: "token-bucket", limit: 2, window: "5400ms", burst: 2, key: "ip" },
    window: { algorithm: "sliding-window", limit: 2, window: "2700ms", key: "ip" },
    hourly: { algorithm: "token-bucket", limit: 5, window: "1h", key: "ip" },
    "hourly-window": { algorithm: "sliding-window", limit: 5, window: "1h", key: "ip" },
  },
  routes: [
    { path: "/bucket", policies: ["bucket"] },
    { path: "/window", policies: ["window"] },
    { path: "/bucket/double", policies: ["bucket"], cost: 2 },
    { path: "/window/double", policies: ["window"], cost: 2 },
    { path: "/hourly", policies: ["hourly"] },
    { path: "/hourly/triple", policies: ["hourly"], cost: 3 },
    { path: "/hourly-window", policies: ["hourly-window"] },
    { path: "/hourly-window/triple", policies: ["hourly-window"], cost: 3 },
  ],
});

async function fill(path: string, ip: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) expect((await send(gateway, path, { ip })).status).toBe(200);
}

function toRetryAfter(reply: Reply): number {
  expect(reply.status).toBe(429);
  expect(reply.field("Retry-After")).toMatch(/^[1-9]\d*$/);
  return Number(reply.field("Retry-After"));
}

const paths = ["/bucket", "/window"];

describe.concurrent.each(paths)("Retry-After of %s", (path) => {
  it("is the first second at which the request is admitted; one less fails", async () => {
    const ip = newAddress();
    await fill(path, ip, 2);
    const denied = await send(gateway, path, { ip });
    const retryAfter = toRetryAfter(denied);
    expect(retryAfter).toBe(3);
    await untilTime(denied.sentAtMs + (retryAfter - 1) * 1_000);
    expect((await send(gateway, path, { ip })).status).toBe(429);
    await untilTime(denied.answeredAtMs + retryAfter * 1_000);
    expect((await send(gateway, path, { ip })).status).toBe(200);
  });

  it("counts down with the time, whatever is denied meanwhile", async () => {
    const ip = newAddress();
    await fill(path, ip, 2);
    const first = await send(gateway, path, { ip });
    expect(toRetryAfter(first)).toBe(3);
    while (Date.now() < first.sentAtMs + 1_600) toRetryAfter(await send(gateway, path, { ip }));
    expect(toRetryAfter(await send(gateway, path, { ip }))).toBeLessThanOrEqual(2);
    await untilTime(first.answeredAtMs + 3_000);
    expect((await send(gateway, path, { ip })).status).toBe(200);
  });

  it("is that of the request's own cost", async () => {
    const ip = newAddress();
    await fill(path, ip, 1);
    const denied = await send(gateway, `${path}/double`, { ip });
    const retryAfter = toRetryAfter(denied);
    await untilTime(denied.sentAtMs + (retryAfter - 1) * 1_000);
    expect((await send(gateway, `${path}/double`, { ip })).status).toBe(429);
    await untilTime(denied.answeredAtMs + retryAfter * 1_000);
    expect((await send(gateway, `${path}/double`, { ip })).status).toBe(200);
  });

  it("never points earlier than the draft's t", async () => {
    const ip = newAddress();
    await fill(path, ip, 2);
    const denied = await send(gateway, path, { ip });
    const [member] = membersOf(denied, "RateLimit");
    expect(member?.parameters["r"]).toBe(0);
    expect(toRetryAfter(denied)).toBeGreaterThanOrEqual(Number(member?.parameters["t"] ?? 0));
  });
});

describe.each(["/hourly", "/hourly-window"])("a denied request under %s", (path) => {
  it("changes nothing: what was left is still there for one that fits", async () => {
    const ip = newAddress();
    await fill(`${path}/triple`, ip, 1);
    for (let time = 0; time < 10; time += 1) {
      const denied = await send(gateway, `${path}/triple`, { ip });
      expect([denied.status, denied.field("X-RateLimit-Remaining")]).toEqual([429, "2"]);
    }
    const fits = await send(gateway, path, { ip });
    expect([fits.status, fits.field("X-RateLimit-Remaining")]).toEqual([200, "1"]);
  });

  it("does not reach the origin", async () => {
    const ip = newAddress();
    await fill(path, ip, 5);
    const before = origin.requests().length;
    await Promise.all(
      Array.from({ length: 20 }, () => send(gateway, path, { ip, method: "POST", body: "x" })),
    );
    expect(origin.requests()).toHaveLength(before);
  });
});
