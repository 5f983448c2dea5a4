import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { settings } from "../cache/samples.ts";
import { POLICY, toConfig, toInput, toProblems } from "./config-input.ts";
import { findThawed } from "./find-thawed.ts";

const ORIGIN_WANTED = 'must be an http or https URL such as "https://api.example.com", or "zone"';

describe("parseConfig() of the README's example", () => {
  test("is complete: every default filled in, every reference resolved, every duration in milliseconds", () => {
    const config = toConfig(toInput());
    expect(config).toMatchObject({
      origin: "https://api.example.com",
      name: "headgate",
      caseSensitive: false,
      encodedSlash: "reject",
      mergeSlashes: true,
      headers: { draft: true },
      headerBytesMax: 32_768,
      log: { denied: 1, degraded: 1, failed: 1 },
      counters: { shards: 64 },
    });
    expect(config.policies).toMatchObject([
      {
        name: "per-client",
        algorithm: "token-bucket",
        settings: { limit: 60, windowMs: 60_000, burst: 20 },
        limit: 60,
        windowMs: 60_000,
        key: [{ label: "ip", argument: "" }],
        onMissing: "shared",
        onError: "local",
        timeoutMs: 500,
      },
      {
        name: "search",
        algorithm: "sliding-window",
        settings: { limit: 10, windowMs: 10_000, subWindowMs: 1_000 },
        key: [{ label: "ip" }, { label: "path" }],
      },
    ]);
    const [search, rest] = config.routes;
    expect(search).toMatchObject({
      name: "GET /search",
      pattern: { text: "/search", segments: ["search"], isOpen: false },
      methods: new Set(["GET"]),
      hosts: undefined,
      policies: config.policies,
      cost: 2,
      cache: { ...settings(), ttlMs: 30_000 },
      timeoutMs: 30_000,
      requestTimeoutMs: 30_000,
      hasPermits: false,
    });
    expect(rest).toMatchObject({ name: "/*", methods: undefined, cost: 1, cache: undefined });
    expect(rest?.policies).toEqual([config.policies[0]]);
  });

  test("is frozen in every part, with everything that can be written in it", () => {
    const input = toInput({
      name: "edge",
      headers: {},
      log: {},
      counters: {},
      routes: [
        {
          path: "/a/:id/*",
          methods: ["GET"],
          hosts: ["a.example"],
          policies: ["per-client", "search"],
          cache: {
            ttl: "1m",
            ttlByStatus: { "404": "1s" },
            key: { query: { include: ["a"] }, headers: ["accept"], cookies: ["c"] },
            vary: { ignore: ["user-agent"], choices: { accept: ["text/html"] } },
            bypass: { headers: ["x"], cookies: ["y"], query: ["z"] },
          },
        },
      ],
    });
    expect(findThawed(toConfig(input))).toEqual([]);
  });

  test("leaves the input as it was, not frozen and not changed", () => {
    const input = toInput();
    const before = structuredClone(input);
    toConfig(input, { LIMIT_FACTOR: "10" });
    expect(input).toEqual(before);
    expect(findThawed(input)).toContain("config.policies.search");
    expect(findThawed(input)).toContain("config.routes.0.cache");
  });

  test("is the same however often it is read", () => {
    expect(JSON.stringify(toConfig(toInput()))).toBe(JSON.stringify(toConfig(toInput())));
  });
});

describe("parseConfig()", () => {
  test("reports problems of every kind and at every level at once", () => {
    const input = {
      origin: "api.example.com",
      nmae: "edge",
      caseSensitive: "yes",
      encodedSlash: "allow",
      mergeSlashes: "no",
      headers: { drfat: true },
      headerBytesMax: 1,
      log: { denied: 2, failed: "all", debug: true },
      counters: { shards: 0 },
      policies: {
        "a b": POLICY,
        limits: { ...POLICY, limit: -1, windw: "1m", timeoutMs: 0.5 },
        keys: { ...POLICY, key: ["ip", "headr:a"] },
        unknown: { ...POLICY, algorithm: "leaky-buckets" },
        text: "60/m",
      },
      routes: [
        { path: "search", policies: ["limits", "limts", "limits"], cost: -1, retries: 3 },
        {
          path: "/a",
          methods: ["get"],
          hosts: ["A.example:80"],
          cache: { tll: "1m", hits: "some" },
          timeout: 30,
        },
        "/b",
      ],
    };
    expect(toProblems(input)).toEqual([
      'caseSensitive: must be true or false, received "yes" [invalid]',
      'encodedSlash: must be one of "reject", "keep", received "allow" [invalid]',
      'mergeSlashes: must be true or false, received "no" [invalid]',
      'headers.drfat: unknown key "drfat"; did you mean "draft"? [unknown-key]',
      "headerBytesMax: must be a whole number from 1024 to 131072, received 1 [invalid]",
      "log.denied: must be a share from 0 to 1, received 2 [invalid]",
      'log.failed: must be a share from 0 to 1, received "all" [invalid]',
      expect.stringMatching(/^log\.debug: unknown key "debug"; .+ \[unknown-key\]$/) as string,
      "counters.shards: must be a whole number from 1 to 4096, received 0 [invalid]",
      'nmae: unknown key "nmae"; did you mean "name"? [unknown-key]',
      `origin: ${ORIGIN_WANTED}, received "api.example.com" [invalid]`,
      `policies.a b: must be a name of at most 64 letters, digits, '.', '_' and '-', received "a b" [invalid]`,
      "policies.limits.timeoutMs: must be a whole number of milliseconds from 1 to 60000, received 0.5 [invalid]",
      "policies.limits.limit: must be a whole number from 1 to 1099511627776, received -1 [invalid]",
      'policies.limits.windw: unknown key "windw"; did you mean "window"? [unknown-key]',
      'policies.keys.key.1: must be a known key part, received "headr:a"; did you mean "header"? [unknown-key-part]',
      expect.stringMatching(
        /^policies\.unknown\.algorithm: must be one of "token-bucket", .+, received "leaky-buckets"; did you mean "leaky-bucket"\? \[invalid\]$/,
      ) as string,
      'policies.text: must be an object, received "60/m" [invalid]',
      expect.stringMatching(/^routes\.0\.cost: must be .+, received -1 \[invalid\]$/) as string,
      expect.stringMatching(/^routes\.0\.retries: unknown key "retries"; .+ \[unknown-key\]$/) as string,
      'routes.0.policies.1: must name a policy, received "limts"; did you mean "limits"? [unknown-policy]',
      'routes.0.policies.2: must name each policy once, received "limits" again [duplicate]',
      'routes.0.path: must be a path pattern of at most 1024 characters that starts with "/", received "search" [invalid]',
      'routes.1.methods.0: must be a method in upper case, such as "GET", received "get"; did you mean "GET"? [invalid]',
      'routes.1.hosts.0: must be a lower-case host without a port, or "*.example.com" for every host below a domain, received "A.example:80" [invalid]',
      'routes.1.cache.hits: must be one of "counted", "free", received "some" [invalid]',
      'routes.1.cache.tll: unknown key "tll"; did you mean "ttl"? [unknown-key]',
      'routes.1.timeout: must be a duration of 1ms to 400d, in ms, s, m, h, d or w, such as "10s", "1h30m" or "7d", received 30; did you mean "30s"? [invalid]',
      'routes.2: must be an object, received "/b" [invalid]',
    ]);
  });

  const wholes: readonly (readonly [input: unknown, shown: string, code: string])[] = [
    [undefined, "nothing", "missing"],
    [null, "null", "invalid"],
    ["zone", '"zone"', "invalid"],
    [[], "an array", "invalid"],
    [[toInput()], "an array", "invalid"],
    [() => toInput(), "a function", "invalid"],
    [new Map(), "an object", "invalid"],
    [Promise.resolve(toInput()), "an object", "invalid"],
  ];
  test.each(wholes)("refuses %o as a whole", (input, shown, code) => {
    expect(toProblems(input)).toEqual([`: must be an object, received ${shown} [${code}]`]);
  });

  test("says of each missing key that it is required", () => {
    expect(toProblems({})).toEqual([
      "policies: is required [missing]",
      "routes: is required [missing]",
      `origin: ${ORIGIN_WANTED}, received nothing [missing]`,
    ]);
  });

  const parts: readonly (readonly [over: Readonly<Record<string, unknown>>, problem: string])[] = [
    [{ policies: [] }, "policies: must be an object of policies, received an array [invalid]"],
    [{ policies: [POLICY] }, "policies: must be an object of policies, received an array [invalid]"],
    [{ policies: 5 }, "policies: must be an object of policies, received 5 [invalid]"],
    [{ policies: null }, "policies: must be an object of policies, received null [invalid]"],
    [{ policies: undefined }, "policies: must be an object of policies, received nothing [missing]"],
    [{ policies: () => ({}) }, "policies: must be an object of policies, received a function [invalid]"],
    [{ policies: new Map() }, "policies: must be an object of policies, received an object [invalid]"],
    [{ routes: {} }, "routes: must be a list of routes, received an object [invalid]"],
    [{ routes: "/*" }, 'routes: must be a list of routes, received "/*" [invalid]'],
    [{ routes: null }, "routes: must be a list of routes, received null [invalid]"],
    [{ routes: [] }, "routes: must have at least one route, received an array [invalid]"],
    [{ headers: [] }, "headers: must be an object, received an array [invalid]"],
    [{ headers: null }, "headers: must be an object, received null [invalid]"],
    [{ log: true }, "log: must be an object, received true [invalid]"],
    [{ counters: 64 }, "counters: must be an object, received 64 [invalid]"],
    [
      { name: "" },
      `name: must be a name of at most 64 letters, digits, '.', '_' and '-', received "" [invalid]`,
    ],
    [
      { name: "a b" },
      `name: must be a name of at most 64 letters, digits, '.', '_' and '-', received "a b" [invalid]`,
    ],
    [
      { name: 5 },
      `name: must be a name of at most 64 letters, digits, '.', '_' and '-', received 5 [invalid]`,
    ],
    [{ constructor: 1 }, expect.stringMatching(/^constructor: unknown key "constructor"; /) as string],
  ];
  test.each(parts)("refuses %j", (over, problem) => {
    const input = toInput({ routes: [{ path: "/*" }], ...over });
    expect(toProblems(input)).toEqual([problem]);
  });

  test("bounds the number of policies and of routes", () => {
    const policies = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`p${index}`, POLICY]));
    expect(toProblems(toInput({ policies, routes: [{ path: "/*" }] }))).toEqual([
      "policies: must name at most 100 policies, received an object [invalid]",
    ]);
    delete policies["p0"];
    expect(toProblems(toInput({ policies, routes: [{ path: "/*" }] }))).toEqual([]);
    const routes = Array.from({ length: 1_001 }, () => ({ path: "/*" }));
    expect(toProblems(toInput({ routes }))).toEqual([
      "routes: must have at most 1000 routes, received an array [invalid]",
    ]);
    expect(toProblems(toInput({ routes: routes.slice(1) }))).toEqual([]);
  });

  test("shows nothing of what objects hold, and no secret of an origin", () => {
    const input = toInput({
      origin: "https://user:hunter2@api.example.com",
      log: ["hunter2"],
      name: { hunter2: 1 },
    });
    expect(toProblems(input)).toHaveLength(3);
    expect(JSON.stringify(parseConfig(input))).not.toContain("hunter2");
    expect(JSON.stringify(parseConfig(toInput(), { ORIGIN_URL: "https://u:hunter2@h" }))).not.toContain(
      "hunter2",
    );
  });

  test("leaves prototypes alone", () => {
    const input: unknown = JSON.parse(
      '{"__proto__":{"a":1},"origin":"zone","policies":{"__proto__":{"algorithm":"token-bucket"},"constructor":{"prototype":1}},"routes":[{"path":"/","__proto__":{"cost":9}}],"log":{"__proto__":{"denied":0}}}',
    );
    expect(toProblems(input).map((problem) => problem.slice(0, problem.indexOf(":")))).toEqual(
      expect.arrayContaining([
        "__proto__",
        "policies.__proto__",
        "policies.constructor.algorithm",
        "routes.0.__proto__",
        "log.__proto__",
      ]),
    );
    expect(Object.keys(Object.prototype)).toEqual([]);
    expect(({} as Record<string, unknown>)["a"]).toBeUndefined();
  });
});
