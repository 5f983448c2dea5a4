// Leases between a gateway and real counter objects: answers without a promise, objects evicted meanwhile, and failures.

import { evictDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { HOURLY, LimitsDesk, toDegraded } from "./limits-desk.ts";

const LIMIT = 300;
const given = {
  policies: {
    p: { ...HOURLY, limit: LIMIT },
    q: { ...HOURLY, limit: LIMIT, algorithm: "token-bucket", key: "header:x-api-key" },
    exact: { ...HOURLY, limit: LIMIT, consistency: "exact" },
  },
  routes: {
    "/p": { policies: ["p"] },
    "/both": { policies: ["p", "q"] },
    "/exact": { policies: ["exact"] },
  },
};

async function warm(desk: LimitsDesk, path: string): Promise<void> {
  for (let time = 0; time < 6; time += 1) await desk.isAllowed(path);
  await desk.settle();
}

describe("a leased key", () => {
  test("is answered without a promise, by one policy or by two of two objects", async () => {
    for (const path of ["/p", "/both"]) {
      const desk = new LimitsDesk(given);
      expect(desk.askAtOnce(path)).toBeInstanceOf(Promise);
      await warm(desk, path);
      const answer = desk.askAtOnce(path);
      expect(answer).not.toBeInstanceOf(Promise);
      expect(answer).toMatchObject({ answer: { outcome: "allowed" }, taken: [] });
    }
  });

  test('is asked about each time under "exact"', async () => {
    const desk = new LimitsDesk(given);
    await warm(desk, "/exact");
    expect(desk.askAtOnce("/exact")).toBeInstanceOf(Promise);
  });

  test("has back what it gave to a request that another policy denies", async () => {
    const policies = { ...given.policies, exact: { ...given.policies.exact, limit: 1 } };
    const routes = { ...given.routes, "/denied": { policies: ["p", "exact"] } };
    const desk = new LimitsDesk({ policies, routes });
    expect(await desk.isAllowed("/denied")).toBe(true);
    await warm(desk, "/p");
    const left = async (): Promise<number | undefined> =>
      (await desk.ask("/p")).answer.verdicts[0]?.remaining;
    const before = (await left()) ?? NaN;
    expect(await desk.isAllowed("/denied")).toBe(false);
    expect(await left()).toBe(before - 1);
  });

  test("has back what it gave to a request that another lease refuses", async () => {
    const policies = { ...given.policies, q: { ...given.policies.q, limit: 100 } };
    const routes = { ...given.routes, "/q": { policies: ["q"] } };
    const desk = new LimitsDesk({ policies, routes });
    await warm(desk, "/p");
    const left = async (): Promise<number | undefined> =>
      (await desk.ask("/p")).answer.verdicts[0]?.remaining;
    const before = (await left()) ?? NaN;
    for (let time = 0; time < 200 && (await desk.isAllowed("/q")); time += 1) await desk.settle();
    const refused = desk.askAtOnce("/both");
    expect(refused).not.toBeInstanceOf(Promise);
    expect(refused).toMatchObject({ answer: { outcome: "denied", violated: ["q"] } });
    expect(await left()).toBe(before - 1);
  });

  test("never over-admits while its object is evicted again and again", async () => {
    const desk = new LimitsDesk(given);
    const [object] = desk.objects("/p");
    if (object === undefined) throw new Error("no object");
    let admitted = 0;
    for (let wave = 0; wave < 60; wave += 1) {
      const allowed = await Promise.all(Array.from({ length: 20 }, () => desk.isAllowed("/p")));
      admitted += allowed.filter(Boolean).length;
      await desk.settle();
      if (wave % 5 < 4) continue;
      // Leases may not have asked it since: it must run to be evicted.
      await object.takeCalls();
      await evictDurableObject(object);
    }
    expect(admitted).toBeGreaterThan(LIMIT / 4);
    expect(admitted).toBeLessThanOrEqual(LIMIT);
  });

  test("is not leased by the isolate's own counters while the object fails", async () => {
    const desk = new LimitsDesk({ ...given, policies: { ...given.policies, p: { ...HOURLY, limit: 160 } } });
    const [object] = desk.objects("/p");
    await object?.script(Array.from({ length: 100 }, () => ({})));
    let admitted = 0;
    for (let time = 0; time < 30; time += 1) {
      const { rows, answer } = await desk.ask("/p");
      expect(toDegraded(rows)).toEqual(["p"]);
      if (answer.outcome === "allowed") admitted += 1;
    }
    // Of a key that it never heard of, an eighth.
    expect(admitted).toBe(20);
  });
});
