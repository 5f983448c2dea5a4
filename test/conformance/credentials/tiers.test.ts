// Two plans on one configuration, and limits that differ by method, country and route.

import { describe, expect, it } from "vitest";
import { newAddress, send, type Reply, type RequestOptions } from "../support/client.ts";
import { issueKey, type IssuedKey, moveKey } from "../support/keys.ts";
import { startStand } from "../support/stand.ts";

const WINDOW = { algorithm: "sliding-window", window: "1h" };

const { gateway } = await startStand({
  auth: { attempts: { limit: 1_000 } },
  tiers: {
    pro: { plan: { limit: 5 }, reads: { limit: 4, limits: [{ methods: ["POST"], limit: 2 }] } },
    // Says nothing of the plan.
    odd: { reads: { limit: 9 } },
  },
  policies: {
    plan: { ...WINDOW, limit: 2, key: "consumer" },
    reads: { ...WINDOW, limit: 3, key: "consumer", limits: [{ methods: ["POST", "PUT"], limit: 1 }] },
    place: {
      ...WINDOW,
      limit: 2,
      key: "ip",
      limits: [
        { countries: ["CH"], limit: 1 },
        { routes: ["/dear"], limit: 1 },
      ],
    },
  },
  routes: [
    { path: "/plan/*", auth: "required", policies: ["plan"] },
    { path: "/reads", auth: "required", policies: ["reads"] },
    { path: "/dear", policies: ["place"] },
    { path: "/cheap", policies: ["place"] },
  ],
});

const ask = (path: string, key: IssuedKey, method = "GET"): Promise<Reply> =>
  send(gateway, path, { method, ip: newAddress(), fields: [["X-API-Key", key.text]] });

async function statusesOf(count: number, once: () => Promise<Reply>): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < count; time += 1) statuses.push((await once()).status);
  return statuses;
}

describe("a tier", () => {
  it("has limits of its own, and its answers say so", async () => {
    const [free, pro] = [await issueKey(gateway), await issueKey(gateway, { tier: "pro" })];
    expect(await statusesOf(3, () => ask("/plan/a", free))).toEqual([200, 200, 429]);
    expect(await statusesOf(6, () => ask("/plan/a", pro))).toEqual([200, 200, 200, 200, 200, 429]);
    const [atFree, atPro] = [await ask("/plan/a", free), await ask("/plan/a", pro)];
    expect([atFree.field("x-ratelimit-limit"), atFree.field("ratelimit-policy")]).toEqual([
      "2",
      '"plan";q=2;w=3600',
    ]);
    expect([atPro.field("x-ratelimit-limit"), atPro.field("ratelimit-policy")]).toEqual([
      "5",
      '"plan";q=5;w=3600',
    ]);
  });

  it.each(["odd", "unknown"])("that says nothing of a policy leaves its limits: %s", async (tier) => {
    const key = await issueKey(gateway, { tier });
    expect(await statusesOf(3, () => ask("/plan/a", key))).toEqual([200, 200, 429]);
  });

  it("that a consumer leaves or joins keeps what was used", async () => {
    const key = await issueKey(gateway);
    expect(await statusesOf(3, () => ask("/plan/a", key))).toEqual([200, 200, 429]);
    const upgraded = { ...(await issueKey(gateway, { consumer: key.record.consumer, tier: "pro" })) };
    expect(await statusesOf(4, () => ask("/plan/a", upgraded))).toEqual([200, 200, 200, 429]);
    expect(await statusesOf(1, () => ask("/plan/a", key))).toEqual([429]);
  });

  it("changes under load: each answer is of the one or of the other", async () => {
    const key = await issueKey(gateway);
    const seen = new Set<string>();
    const course = { isDone: false };
    const load = async (): Promise<void> => {
      while (!course.isDone) {
        const reply = await ask("/plan/load", key);
        seen.add(`${reply.field("x-ratelimit-limit")} ${reply.field("ratelimit-policy")}`);
      }
    };
    // This isolate knows the key on its first tier before the change.
    expect((await ask("/plan/load", key)).field("x-ratelimit-limit")).toBe("2");
    const loads = [load(), load(), load()];
    await moveKey(gateway, key, "pro");
    const startedMs = Date.now();
    while (Date.now() - startedMs < 5_000 && seen.size < 2)
      await new Promise((resolve) => setTimeout(resolve, 20));
    course.isDone = true;
    await Promise.all(loads);
    expect([...seen].sort()).toEqual(['2 "plan";q=2;w=3600', '5 "plan";q=5;w=3600']);
    expect((await ask("/plan/load", key)).field("x-ratelimit-limit")).toBe("5");
  });
});

describe("limits for some requests", () => {
  it("count by themselves: writes take nothing from reads", async () => {
    const key = await issueKey(gateway);
    expect(await statusesOf(2, () => ask("/reads", key, "POST"))).toEqual([200, 429]);
    expect(await statusesOf(1, () => ask("/reads", key, "PUT"))).toEqual([429]);
    expect(await statusesOf(4, () => ask("/reads", key))).toEqual([200, 200, 200, 429]);
    expect((await ask("/reads", key, "HEAD")).status).toBe(429);
  });

  it("may be a tier's too, and a tier without any has one limit for all", async () => {
    const pro = await issueKey(gateway, { tier: "pro" });
    expect(await statusesOf(3, () => ask("/reads", pro, "POST"))).toEqual([200, 200, 429]);
    expect(await statusesOf(5, () => ask("/reads", pro, "PUT"))).toEqual([200, 200, 200, 200, 429]);
    const odd = await issueKey(gateway, { tier: "odd" });
    expect(await statusesOf(3, () => ask("/reads", odd, "POST"))).toEqual([200, 200, 200]);
  });

  it("are by country and by route, the first that fits", async () => {
    const from = (country: string, ip = newAddress()): RequestOptions => ({
      ip,
      fields: [["MF-CF-Blob", JSON.stringify({ country, continent: "EU" })]],
    });
    const [swiss, german] = [from("CH"), from("DE")];
    expect(await statusesOf(2, () => send(gateway, "/cheap", swiss))).toEqual([200, 429]);
    expect(await statusesOf(3, () => send(gateway, "/cheap", german))).toEqual([200, 200, 429]);
    const other = from("DE");
    expect(await statusesOf(2, () => send(gateway, "/dear", other))).toEqual([200, 429]);
    expect(await statusesOf(1, () => send(gateway, "/cheap", other))).toEqual([200]);
  });
});
