import { describe, expect, it } from "vitest";
import { cacheSettings, findTtlMs } from "../../../src/core/cache/cache-settings.ts";
import { parseWith } from "../../../src/core/schema/parse-with.ts";
import { settings } from "./samples.ts";

describe("cacheSettings", () => {
  it("lets the origin decide and trusts no client, by default", () => {
    expect(settings({})).toMatchObject({
      ttlMs: undefined,
      heuristic: false,
      requestDirectives: "ignore",
      requestCookies: "guard",
      setCookie: "refuse",
      bodyBytesMax: 16 * 1_024 * 1_024,
      purgeWithinMs: 5_000,
      hits: "counted",
    });
  });

  it("reads everything that a route can say, into one frozen record", () => {
    const given = settings({
      ttl: "30s",
      ttlByStatus: { "404": "10s", "5xx": "1s", "410": "never" },
      staleWhileRevalidate: "1m",
      staleIfError: "1h",
      staleIfLimited: "7d",
      heuristic: true,
      requestDirectives: "honour",
      key: {
        query: { include: ["Page"], sorted: true },
        headers: ["X-Team"],
        cookies: ["Plan"],
        country: true,
        device: true,
      },
      vary: { ignore: ["User-Agent"], choices: { "Accept-Language": ["en", "de"] } },
      bypass: { headers: ["X-Debug"], cookies: ["session"], query: ["preview"] },
      errors: "explicit",
      requestCookies: "ignore",
      setCookie: "strip",
      bodyBytesMax: 1_000,
      purgeWithin: "30s",
      hits: "free",
      private: true,
      override: ["no-store"],
    });
    expect(given).toEqual({
      isPrivate: true,
      override: ["no-store"],
      ttlMs: 30_000,
      ttlMsByStatus: new Map([
        ["404", 10_000],
        ["5xx", 1_000],
        ["410", 0],
      ]),
      staleWhileRevalidateMs: 60_000,
      staleIfErrorMs: 3_600_000,
      staleIfLimitedMs: 604_800_000,
      heuristic: true,
      requestDirectives: "honour",
      key: {
        query: { mode: "include", names: new Set(["page"]), sorted: true },
        headers: ["x-team"],
        cookies: ["Plan"],
        country: true,
        device: true,
      },
      vary: { ignore: new Set(["user-agent"]), choices: new Map([["accept-language", ["en", "de"]]]) },
      bypass: { headers: ["x-debug"], cookies: ["session"], query: ["preview"] },
      errors: "explicit",
      requestCookies: "ignore",
      setCookie: "strip",
      bodyBytesMax: 1_000,
      purgeWithinMs: 30_000,
      hits: "free",
    });
    expect([given, given.key, given.key.query, given.vary, given.bypass].every(Object.isFrozen)).toBe(true);
  });

  it.each([
    [{ ttl: 30 }, "ttl"],
    [{ ttl: "0s" }, "ttl"],
    [{ tll: "30s" }, "tll"],
    [{ ttlByStatus: { "429": "1s" } }, "ttlByStatus"],
    [{ ttlByStatus: { "206": "1s" } }, "ttlByStatus"],
    [{ ttlByStatus: { "304": "1s" } }, "ttlByStatus"],
    [{ ttlByStatus: { "1xx": "1s" } }, "ttlByStatus"],
    [{ ttlByStatus: { "404": "soon" } }, "ttlByStatus.404"],
    [{ key: { query: { include: ["a"], exclude: ["b"] } } }, "key.query"],
    [{ key: { query: { include: ["a&b"] } } }, "key.query.include.0"],
    [{ key: { headers: ["not a header"] } }, "key.headers.0"],
    [{ key: { headers: Array.from({ length: 33 }, () => "x") } }, "key.headers"],
    [{ vary: { ignore: { accept: true } } }, "vary.ignore"],
    [{ bypass: { paths: [] } }, "bypass.paths"],
    [{ bodyBytesMax: -1 }, "bodyBytesMax"],
    [{ hits: "cheap" }, "hits"],
    [true, ""],
  ])("refuses %j and says where", (options, path) => {
    const parsed = parseWith(cacheSettings, options);
    expect(parsed.ok ? [] : parsed.error.map((problem) => problem.path)).toEqual([path]);
  });

  it("names the nearest known key", () => {
    const parsed = parseWith(cacheSettings, { staleIfErr: "1s" }, "routes.0.cache");
    expect(parsed.ok ? [] : parsed.error).toEqual([
      {
        path: "routes.0.cache.staleIfErr",
        code: "unknown-key",
        message: 'unknown key "staleIfErr"; did you mean "staleIfError"?',
      },
    ]);
  });
});

describe("findTtlMs()", () => {
  it("prefers a status to its class", () => {
    const given = settings({ ttlByStatus: { "4xx": "1s", "404": "never" } });
    expect([findTtlMs(given, 404), findTtlMs(given, 410), findTtlMs(given, 200)]).toEqual([
      0,
      1_000,
      undefined,
    ]);
  });
});
