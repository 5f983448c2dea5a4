// Answers of one's own to requests over their limit, and Retry-After with a jitter: what else is said stays as it is.

import { describe, expect, it } from "vitest";
import { newAddress, type Reply, send, type RequestOptions } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { membersOf } from "../support/structured-fields.ts";

const HOURLY = { algorithm: "fixed-window", limit: 1, window: "1h", align: "first-request", key: "ip" };
const JSON_BODY =
  '{"error":{"code":"rate_limited","retry_after":{retryAfter},"policy":"{policy}","limit":{limit}}}';

const policies = {
  hourly: HOURLY,
  all: { ...HOURLY, key: "everyone" },
  dear: { ...HOURLY, limit: 2 },
  keyed: { ...HOURLY, key: "header:x-user", onMissing: "deny" },
};
const { gateway } = await startStand({
  policies,
  denied: { body: JSON_BODY },
  cors: { origins: "*" },
  batch: { policies: ["hourly"] },
  routes: [
    { path: "/json", policies: ["hourly"] },
    {
      path: "/page",
      policies: ["hourly"],
      denied: { status: 503, contentType: "text/html; charset=utf-8", body: "<p>Back in {retryAfter} s</p>" },
    },
    { path: "/dear", policies: ["dear"], cost: { header: "x-cost", max: 9 } },
    { path: "/keyed", policies: ["keyed"] },
  ],
});
const plain = await startStand({
  policies,
  headers: { retryJitterPercent: 10 },
  routes: [
    { path: "/hourly", policies: ["hourly"] },
    { path: "/all", policies: ["all"] },
  ],
});

async function denyTwice(path: string, options: RequestOptions = {}): Promise<readonly Reply[]> {
  const ip = newAddress();
  await send(gateway, path, { ip, ...options });
  return [await send(gateway, path, { ip, ...options }), await send(gateway, path, { ip, ...options })];
}

describe("an answer of one's own", () => {
  it("is the API's form, with the figures that the fields have", async () => {
    // The second one is answered from memory.
    for (const reply of await denyTwice("/json", { fields: [["Origin", "https://a.example"]] })) {
      expect([reply.status, reply.field("Content-Type")]).toEqual([429, "application/json"]);
      const retryAfter = Number(reply.field("Retry-After"));
      expect(retryAfter).toBeGreaterThan(3_500);
      expect(reply.json()).toEqual({
        error: { code: "rate_limited", retry_after: retryAfter, policy: "hourly", limit: 1 },
      });
      expect(membersOf(reply, "RateLimit")[0]?.parameters).toEqual({ r: 0, t: retryAfter });
      expect(reply.field("Cache-Control")).toBe("no-store");
      expect(reply.field("Proxy-Status")).toContain("error=http_request_error");
      expect(reply.field("Access-Control-Allow-Origin")).toBe("*");
    }
  });

  it("is a route's before the gateway's", async () => {
    for (const reply of await denyTwice("/page")) {
      expect([reply.status, reply.field("Content-Type")]).toEqual([503, "text/html; charset=utf-8"]);
      expect(reply.text()).toBe(`<p>Back in ${reply.field("Retry-After")} s</p>`);
    }
  });

  it("to a HEAD is its fields alone", async () => {
    for (const reply of await denyTwice("/json", { method: "HEAD" })) {
      expect([reply.status, reply.field("Content-Type"), reply.text()]).toEqual([
        429,
        "application/json",
        "",
      ]);
      expect(reply.field("Retry-After")).toMatch(/^\d+$/);
    }
  });

  it("is a batch's too", async () => {
    const ip = newAddress();
    const options = {
      ip,
      method: "POST",
      fields: [["Content-Type", "application/json"]] as const,
      body: JSON.stringify([{ method: "GET", path: "/json" }]),
    };
    await send(gateway, "/__headgate/v1/batch", options);
    const denied = await send(gateway, "/__headgate/v1/batch", options);
    expect([denied.status, denied.json()["error"]]).toEqual([
      429,
      expect.objectContaining({ code: "rate_limited", policy: "hourly" }),
    ]);
  });

  it("leaves all other refusals their problem documents", async () => {
    const impossible = await send(gateway, "/dear", { ip: newAddress(), fields: [["x-cost", "3"]] });
    expect([impossible.status, impossible.json()["code"]]).toEqual([429, "impossible-cost"]);
    expect(impossible.field("Retry-After")).toBeUndefined();
    const missing = await send(gateway, "/keyed");
    expect([missing.status, missing.field("Content-Type")]).toEqual([403, "application/problem+json"]);
  });
});

describe("Retry-After with a jitter", () => {
  it("is at least the exact wait and at most a tenth longer, and the other fields stay exact", async () => {
    const waits = new Set<number>();
    const ip = newAddress();
    await send(plain.gateway, "/hourly", { ip });
    for (let time = 0; time < 12; time += 1) {
      const reply = await send(plain.gateway, "/hourly", { ip });
      const exact = Number(membersOf(reply, "RateLimit")[0]?.parameters["t"]);
      const wait = Number(reply.field("Retry-After"));
      expect(exact).toBeGreaterThan(3_500);
      expect(wait).toBeGreaterThanOrEqual(exact);
      expect(wait).toBeLessThanOrEqual(exact + Math.floor(exact / 10));
      const reset = Number(reply.field("X-RateLimit-Reset"));
      expect(Math.abs(reply.answeredAtMs / 1_000 + exact - reset)).toBeLessThan(3);
      waits.add(wait);
    }
    expect(waits.size).toBeGreaterThan(6);
  });

  it("tells clients that share a counter to come back at different times", async () => {
    await send(plain.gateway, "/all");
    const replies = await Promise.all(Array.from({ length: 12 }, () => send(plain.gateway, "/all")));
    expect(new Set(replies.map((reply) => reply.field("Retry-After"))).size).toBeGreaterThan(6);
    expect(replies.every(({ status }) => status === 429)).toBe(true);
  });
});
