import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { Comparison } from "../../../src/core/simulation/compare.ts";
import { HitModel } from "../../../src/core/simulation/hit-model.ts";
import type { LoggedRequest } from "../../../src/core/simulation/logged-request.ts";
import { Replay } from "../../../src/core/simulation/replay.ts";
import { Summary, Timeline } from "../../../src/core/simulation/summary.ts";

const START_MS = 1_700_000_040_000;
const ORIGIN = "http://127.0.0.1:9";

function createReplay(config: object, notes: string[] = [], tiers: Record<string, string> = {}): Replay {
  const parsed = parseConfig({ origin: ORIGIN, ...config });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const model = new HitModel();
  return new Replay(parsed.value, {
    hash: (text) => createHash("sha256").update(text).digest("hex"),
    onUnknown: (what) => notes.push(what),
    tierOf: (consumer) => tiers[consumer],
    isHit: (request, route) => model.isHit(request, route),
  });
}

const ask = (atMs: number, told: Partial<LoggedRequest> = {}): LoggedRequest => ({
  atMs: START_MS + atMs,
  method: "GET",
  host: "a.example",
  target: "/a",
  address: "192.0.2.1",
  status: 200,
  fields: {},
  ...told,
});

const play = (replay: Replay, asked: readonly LoggedRequest[]): string =>
  asked.map((request) => replay.decide(request).outcome[0]).join("");

const sliding = (limit: number, more: object = {}): object => ({
  algorithm: "sliding-window-log",
  limit,
  window: "1m",
  key: "ip",
  ...more,
});

describe("a replay", () => {
  test("decides by the algorithm: in every window the limit, and again when it has moved on", () => {
    const replay = createReplay({ policies: { p: sliding(2) }, routes: [{ path: "/*", policies: ["p"] }] });
    expect(
      play(replay, [ask(0), ask(1_000), ask(2_000), ask(59_999), ask(60_000), ask(60_999), ask(61_000)]),
    ).toBe("aaddada");
  });

  test("takes from all policies or from none", () => {
    const policies = { ip: sliding(3), path: sliding(1, { key: "path" }) };
    const replay = createReplay({ policies, routes: [{ path: "/*", policies: ["ip", "path"] }] });
    const paths = ["/a", "/a", "/a", "/b", "/c", "/d"].map((target, at) => ask(at, { target }));
    expect(play(replay, paths)).toBe("addaad");
  });

  test("finds routes, costs, tiers, shadows and access lists as the gateway does", () => {
    const replay = createReplay(
      {
        auth: { apiKeys: {} },
        tiers: { pro: { plan: { limit: 4 } } },
        policies: {
          plan: sliding(2, { key: "consumer" }),
          trial: sliding(1, { mode: "shadow" }),
        },
        routes: [
          { path: "/dear", policies: ["plan"], cost: 2, auth: "required" },
          { path: "/inner/*", access: { allow: { addresses: ["10.0.0.0/8"] } } },
          { path: "/plan", policies: ["plan"], auth: "required" },
          { path: "/trial", policies: ["trial"] },
        ],
      },
      [],
      { acme: "pro" },
    );
    const of = (target: string, consumer?: string, more: Partial<LoggedRequest> = {}): LoggedRequest =>
      ask(0, { target, consumer, ...more });
    expect(play(replay, [of("/dear", "acme"), of("/dear", "acme"), of("/plan", "acme")])).toBe("aad");
    expect(play(replay, [of("/%64ear", "bob"), of("/PLAN", "bob")])).toBe("ad");
    expect(play(replay, [of("/inner/x"), of("/inner/x", undefined, { address: "10.1.2.3" })])).toBe("ra");
    expect(play(replay, [of("/none"), of("/a/%zz"), of("/trial"), of("/trial")])).toBe("nmaa");
  });

  test("bans as counter objects do", () => {
    const ban = { after: 2, window: "1m", for: "10m" };
    const replay = createReplay({
      policies: { p: sliding(1, { ban }) },
      routes: [{ path: "/*", policies: ["p"] }],
    });
    expect(play(replay, [ask(0), ask(1), ask(2), ask(61_000), ask(599_000), ask(601_000)])).toBe(
      "addddd".replace(/d$/, "a"),
    );
  });

  test("settles by the status that the log has", () => {
    const settle = { status: { "5xx": 0 } };
    const replay = createReplay({
      policies: { p: sliding(1, { settle }) },
      routes: [{ path: "/*", policies: ["p"] }],
    });
    expect(play(replay, [ask(0, { status: 502 }), ask(1, { status: 200 }), ask(2)])).toBe("aad");
  });

  test("counts no hit where hits are free: those of the log, and of its model", () => {
    const replay = createReplay({
      policies: { p: sliding(2) },
      routes: [{ path: "/*", policies: ["p"], cache: { ttl: "30s", hits: "free" } }],
    });
    expect(
      play(replay, [ask(0), ask(10), ask(20), ask(31_000), ask(32_000), ask(33_000, { target: "/b" })]),
    ).toBe("affafd");
    expect(replay.decide(ask(34_000, { target: "/c", isHit: true })).outcome).toBe("free");
  });

  test("says what the log could not tell it", () => {
    const notes: string[] = [];
    const policies = { p: sliding(2, { key: ["header:x-plan", "country"] }) };
    const replay = createReplay({ policies, routes: [{ path: "/*", policies: ["p"] }] }, notes);
    replay.decide(ask(0, { fields: { "x-plan": "pro" } }));
    expect(notes).toEqual(["country"]);
    replay.decide(ask(0));
    expect(notes).toEqual(["country", "header x-plan", "country"]);
  });

  test("goes back in time with no line of a log", () => {
    const replay = createReplay({ policies: { p: sliding(1) }, routes: [{ path: "/*", policies: ["p"] }] });
    expect(play(replay, [ask(61_000), ask(0), ask(120_999), ask(121_000)])).toBe("adda");
  });
});

describe("a summary", () => {
  test("says whom each policy denied, the worst first, and since when", () => {
    const policies = { ip: sliding(1), trial: sliding(1, { mode: "shadow" }) };
    const replay = createReplay({ policies, routes: [{ path: "/*", policies: ["ip", "trial"] }] });
    const summary = new Summary(["ip", "trial", "unused"]);
    const askers = ["1", "1", "1", "2", "2", "3"].map((last, at) =>
      ask(at * 1_000, { address: `192.0.2.${last}` }),
    );
    for (const request of askers) summary.add(replay.decide(request));
    const [ip, trial, unused] = summary.listPolicies(1);
    expect(ip).toMatchObject({
      allowed: 3,
      denied: 3,
      keys: 3,
      keysDenied: 2,
      firstDeniedMs: START_MS + 1_000,
    });
    expect(ip?.worst).toMatchObject([
      { key: "ip=9:192.0.2.1", denied: 2, allowed: 1, firstMs: START_MS + 1_000 },
    ]);
    expect(trial).toMatchObject({ denied: 0, shadowDenied: 3 });
    expect(unused).toMatchObject({ allowed: 0, denied: 0, worst: [] });
    expect([summary.requests, summary.denied]).toEqual([6, 3]);
  });

  test("has at most 240 points in time, whose sums are all that there was", () => {
    const timeline = new Timeline();
    for (let at = 0; at < 50_000; at += 1) timeline.add(START_MS + at * 7_000, at % 3 === 0);
    const points = timeline.list();
    expect(points.length).toBeLessThanOrEqual(240);
    expect(points.reduce((sum, { requests }) => sum + requests, 0)).toBe(50_000);
    expect(points.reduce((sum, { denied }) => sum + denied, 0)).toBe(16_667);
  });
});

test("a comparison says who is denied newly, and how many are not any more", () => {
  const routes = [{ path: "/*", policies: ["p"] }];
  const [old, next] = [
    createReplay({ policies: { p: sliding(3) }, routes }),
    createReplay({ policies: { p: sliding(1, { window: "1s" }) }, routes }),
  ];
  const comparison = new Comparison();
  for (const atMs of [0, 100, 200, 5_000, 5_100])
    comparison.add(old.decide(ask(atMs)), next.decide(ask(atMs)));
  expect(comparison.toChanges(5)).toEqual({
    newlyDenied: 2,
    newlyAllowed: 1,
    firstNewlyDeniedMs: START_MS + 100,
    hurt: [{ who: "ip=9:192.0.2.1", count: 2 }],
  });
});
