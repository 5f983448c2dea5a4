// Denied is cheap, and never false: how often counter objects are asked about what they have denied before.

import { describe, expect, test } from "vitest";
import { MESSAGE_VERSION } from "../../../src/core/counters/counter-messages.ts";
import type { ScriptedObject } from "../../support/scripted-object.ts";
import { type Given, HOURLY, LimitsDesk } from "./limits-desk.ts";

async function countCalls(stubs: readonly DurableObjectStub<ScriptedObject>[]): Promise<number> {
  const calls = await Promise.all(stubs.map(async (stub) => stub.takeCalls()));
  return calls.reduce((sum, one) => sum + one, 0);
}

describe("a flood from one client", () => {
  const given: Given = {
    policies: { p: { ...HOURLY, limit: 1 }, q: { ...HOURLY, limit: 5, key: "header:x-api-key" } },
    routes: { "/one": { policies: ["p"] }, "/two": { policies: ["p", "q"] } },
  };

  test.each([
    ["/one", 2],
    // Hold, commit, hold, release: of each object.
    ["/two", 8],
  ] as const)("on %s makes few object calls", async (path, callsMax) => {
    const desk = new LimitsDesk(given);
    expect(await desk.isAllowed(path)).toBe(true);
    const startMs = Date.now();
    for (let time = 0; time < 1_000; time += 1) expect(await desk.isAllowed(path)).toBe(false);
    await desk.settle();
    // One more round for each second that it took: a denial is asked about again.
    const rounds = 1 + Math.ceil((Date.now() - startMs) / 1_000);
    expect(await countCalls(desk.objects(path))).toBeLessThanOrEqual(callsMax * rounds);
  });

  test("of 100 requests at a time asks hardly more often than one at a time", async () => {
    const desk = new LimitsDesk(given);
    const startMs = Date.now();
    for (let wave = 0; wave < 10; wave += 1) {
      const allowed = await Promise.all(Array.from({ length: 100 }, () => desk.isAllowed("/one")));
      expect(allowed.filter(Boolean)).toHaveLength(wave === 0 ? 1 : 0);
    }
    // The first request's, the others' together, and once a second all that ask again.
    const seconds = Math.ceil((Date.now() - startMs) / 1_000);
    expect(await countCalls(desk.objects("/one"))).toBeLessThanOrEqual(2 + seconds);
  });

  test("is refused without a look at where its client is: only a call needs that", async () => {
    const desk = new LimitsDesk(given);
    // Nobody knows yet where this one is.
    const client = { ip: "192.0.2.77" };
    for (let time = 0; time < 2; time += 1) await desk.isAllowed("/one", client);
    const before = desk.placesRead;
    expect(before).toBeGreaterThan(0);
    expect(await desk.isAllowed("/one", client)).toBe(false);
    expect(desk.placesRead).toBe(before);
  });

  test("does not deny another client, another policy, or a request that costs less", async () => {
    const desk = new LimitsDesk({
      policies: { p: { ...HOURLY, limit: 3 }, other: { ...HOURLY, limit: 3 } },
      routes: {
        "/p": { policies: ["p"], cost: { header: "x-units" } },
        "/other": { policies: ["other"] },
      },
    });
    expect([await desk.isAllowed("/p", { units: 2 }), await desk.isAllowed("/p", { units: 2 })]).toEqual([
      true,
      false,
    ]);
    expect(await desk.isAllowed("/p", { units: 2, ip: "192.0.2.2" })).toBe(true);
    expect([await desk.isAllowed("/p"), await desk.isAllowed("/p")]).toEqual([true, false]);
    expect(await desk.isAllowed("/other")).toBe(true);
  });
});

test("a remembered denial says what the shadow policies beside it said", async () => {
  const desk = new LimitsDesk({
    policies: { p: { ...HOURLY, limit: 1 }, shadow: { ...HOURLY, limit: 5, mode: "shadow" } },
    routes: { "/api": { policies: ["p", "shadow"] } },
  });
  expect(await desk.isAllowed("/api")).toBe(true);
  const [asked, known] = [await desk.ask("/api"), await desk.ask("/api")];
  expect(await countCalls(desk.objects("/api"))).toBe(2);
  expect(known.shadows.map(({ policy, remaining }) => [policy, remaining])).toEqual([["shadow", 4]]);
  expect(known.shadows).toMatchObject(asked.shadows.map(({ policy, outcome }) => ({ policy, outcome })));
});

test("a remembered denial has the same rows as the answer that it repeats, whatever objects their counters live in", async () => {
  const desk = new LimitsDesk({
    policies: {
      "shadow-first": { ...HOURLY, limit: 1, key: "header:x-api-key", mode: "shadow" },
      p: { ...HOURLY, limit: 1 },
      q: { ...HOURLY, limit: 7, key: ["ip", "header:x-api-key"] },
      "shadow-last": { ...HOURLY, limit: 5, mode: "shadow" },
    },
    // In the object of p the checks are sorted by key, which is not the route's order.
    routes: { "/api": { policies: ["shadow-first", "p", "q", "shadow-last"] } },
    shards: 8,
  });
  const say = async (): Promise<unknown> => {
    const { rows, rememberedDenial } = await desk.ask("/api", { apiKey: "key" });
    const said = rows.map(({ policy, verdict }) => [policy.name, verdict?.policy, verdict?.outcome]);
    return { isRemembered: rememberedDenial !== undefined, said };
  };
  await desk.ask("/api", { apiKey: "key" });
  const said = [
    ["shadow-first", "shadow-first", "denied"],
    ["p", "p", "denied"],
    ["q", "q", "allowed"],
    ["shadow-last", "shadow-last", "allowed"],
  ];
  expect(await say()).toEqual({ isRemembered: false, said });
  expect(await say()).toEqual({ isRemembered: true, said });
});

describe("a denial that may end at any moment is not remembered", () => {
  const given: Given = {
    policies: {
      p: { ...HOURLY, limit: 1 },
      q: { ...HOURLY, limit: 9, key: "header:x-api-key" },
      settled: { ...HOURLY, limit: 1, settle: { status: { "5xx": 0 } } },
      permits: { algorithm: "concurrency", limit: 1, key: "ip", timeoutMs: 10_000 },
    },
    routes: {
      "/p": { policies: ["p"] },
      "/both": { policies: ["p", "q"] },
      "/settled": { policies: ["settled"] },
      "/permits": { policies: ["permits"] },
    },
  };

  test("because a decision in flight may give back what it holds", async () => {
    const desk = new LimitsDesk(given);
    await desk.askFromElsewhere("/p", "hold", "elsewhere");
    expect(await desk.isAllowed("/p")).toBe(false);
    await desk.askFromElsewhere("/p", "release", "elsewhere");
    expect(await desk.isAllowed("/p")).toBe(true);
  });

  test("because another object may still refuse what this one has committed", async () => {
    const desk = new LimitsDesk(given);
    await desk.askFromElsewhere("/p", "commit", "elsewhere");
    expect(await desk.isAllowed("/p")).toBe(false);
    await desk.askFromElsewhere("/p", "release", "elsewhere");
    expect(await desk.isAllowed("/p")).toBe(true);
  });

  test.each(["/settled", "/permits"])("because responses give back: %s", async (path) => {
    const desk = new LimitsDesk(given);
    const first = await desk.ask(path);
    expect(await desk.isAllowed(path)).toBe(false);
    const [taken] = first.taken;
    if (taken === undefined) throw new Error("nothing was taken");
    const keys = taken.group.keys.map(({ key, checks }) => ({
      key,
      checks: checks.map(({ policy, algorithm, settings }) => ({
        policy,
        algorithm,
        settings,
        taken: 1,
        actual: 0,
      })),
    }));
    const { takenAtMs } = taken.answer;
    await desk.gateway.counters.settle(
      taken.group.object,
      { version: MESSAGE_VERSION, id: taken.id, takenAtMs, keys },
      undefined,
    );
    expect(await desk.isAllowed(path)).toBe(true);
  });

  test("because the counter did not answer", async () => {
    const desk = new LimitsDesk({
      ...given,
      policies: { ...given.policies, p: { ...HOURLY, limit: 1, onError: "closed" } },
    });
    const [object] = desk.objects("/p");
    await object?.script([{}]);
    expect(await desk.refusal("/p")).toBe("limiter-unavailable");
    expect(await desk.refusal("/p")).toBeUndefined();
  });
});
