import { describe, expect, test } from "vitest";
import { parsePlaceId, toPlaceId, toRouteDigits } from "../../../src/core/handover/place-id.ts";
import { prefersAsync } from "../../../src/core/handover/prefer.ts";
import { RUNS_MAX, toNextRun, toRunAfterRestart } from "../../../src/core/handover/next-run.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";

test("prefersAsync() reads the preference as RFC 7240 writes it, and no other", () => {
  const yes = [
    "respond-async",
    "Respond-Async",
    "wait=10, respond-async",
    "respond-async; x=1, wait=3",
    'a="b,c", respond-async',
  ];
  const no = [
    undefined,
    "",
    "wait=10",
    "respond-asyncs",
    'x="respond-async"',
    'x="a, respond-async"',
    "respond-async=1",
  ];
  expect(yes.map(prefersAsync)).toEqual(yes.map(() => true));
  expect(no.map(prefersAsync)).toEqual(no.map(() => false));
});

describe("the id of a place", () => {
  const hashes = { route: "0123456789abcdef", owner: "ffffffff00000000" };
  const random = "0".repeat(31) + "1";

  test("names the route and one of 64 objects", () => {
    const id = toPlaceId(hashes, random);
    expect(id).toHaveLength(42);
    expect(parsePlaceId(id)).toEqual({ route: toRouteDigits(hashes.route), object: "calls:63" });
  });

  test("that somebody invents leads to no other object", () => {
    const invented = [
      "",
      "x",
      `0123456740${random}`,
      `01234567ff${random}`,
      `0123456700${random}0`,
      `0123456700${random.slice(1)}G`,
    ];
    expect(invented.map(parsePlaceId)).toEqual(invented.map(() => undefined));
  });
});

describe("toNextRun()", () => {
  const times = { nowMs: 1_000, waitUntilMs: 100_000 };

  test("comes again when there may be quota, at least once a minute, as long as the call may wait", () => {
    const next = (retryAfterMs: number | undefined): unknown =>
      toNextRun({ limited: { retryAfterMs } }, times);
    expect(next(undefined)).toEqual({ kind: "again", inMs: 1_000 });
    expect(next(0)).toEqual({ kind: "again", inMs: 1_000 });
    expect(next(20_000)).toEqual({ kind: "again", inMs: 20_000 });
    expect(next(99_000)).toEqual({ kind: "again", inMs: 60_000 });
    expect(next(99_001)).toEqual({ kind: "done" });
  });

  test("is done with whatever else was answered", () => {
    expect(toNextRun({ limited: undefined }, times)).toEqual({ kind: "done" });
  });
});

test("toRunAfterRestart() repeats what was not sent, and of what was only what is safe, so often", () => {
  const after = (method: string, isSent: boolean, runs = 1): string =>
    toRunAfterRestart({ method, isSent, runs }).kind;
  expect([
    after("POST", false),
    after("POST", false, 99),
    after("POST", true),
    after("PUT", true),
    after("DELETE", true),
  ]).toEqual(["again", "again", "lost", "lost", "lost"]);
  expect([after("GET", true), after("HEAD", true), after("GET", true, RUNS_MAX)]).toEqual([
    "again",
    "again",
    "lost",
  ]);
});

describe("handOver", () => {
  const parse = (handOver: unknown, more: object = {}): readonly string[] => {
    const route = { path: "/a", handOver, ...more };
    const parsed = parseConfig({ origin: "https://api.example.com", policies: {}, routes: [route] }, {});
    return parsed.ok ? [] : parsed.error.map(({ path, message }) => `${path} ${message}`);
  };

  test("is complete without anything, and bounded", () => {
    expect(parse({})).toEqual([]);
    expect(
      parse({ wait: "1d", keep: "1m", most: 1, deliver: { origins: ["https://a.example"], secret: "S" } }),
    ).toEqual([]);
    expect(parse({ wait: "2d", keep: "1s", most: 0, bodyBytesMax: 2_000_000 })).toHaveLength(4);
  });

  test("delivers to origins alone, over TLS", () => {
    for (const origin of [
      "https://a.example/path",
      "http://a.example",
      "https://user@a.example",
      "a.example",
      "https://a.example?x",
    ])
      expect(parse({ deliver: { origins: [origin], secret: "S" } })).toHaveLength(1);
  });

  test("can stand beside nothing that the gateway answers itself", () => {
    const webhook = { profile: "github", secret: "S", deliver: ["https://a.example/x"] };
    expect(parse({}, { webhook })).toEqual(["routes.0.handOver can have no effect beside webhook"]);
  });
});
