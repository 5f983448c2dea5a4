import { describe, expect, test } from "vitest";
import type { Route } from "../../../src/core/routes/route.ts";
import { POLICY, toConfig, toInput, toProblems } from "../config/config-input.ts";

const policies = {
  "per-client": POLICY,
  search: { algorithm: "sliding-window", limit: 10, window: "10s", key: ["ip", "path"] },
  small: { ...POLICY, burst: 5 },
};

/** The problems of one route, without "routes.0" before each. */
function problemsOf(route: unknown): readonly string[] {
  return toProblems(toInput({ policies, routes: [route] })).map((problem) =>
    problem.replace(/^routes\.0\.?/, ""),
  );
}

function toRoute(route: unknown): Route | undefined {
  return toConfig(toInput({ policies, routes: [route] })).routes[0];
}

function segmentsOf(caseSensitive: boolean): unknown {
  const input = toInput({ policies, caseSensitive, routes: [{ path: "/A/B" }] });
  return toConfig(input).routes[0]?.pattern.segments;
}

const PATH_WANTED = 'must be a path pattern of at most 1024 characters that starts with "/"';

describe("a route", () => {
  test.each([
    [{}, ["path: is required [missing]"]],
    [{ path: 5 }, ["path: must be a path pattern, received 5 [invalid]"]],
    [{ path: "a" }, [`path: ${PATH_WANTED}, received "a" [invalid]`]],
    [
      { path: "/a*" },
      [
        'path: must have "*" alone and last, or ":name" for one segment, in place of "a*", received "/a*" [invalid]',
      ],
    ],
    [{ path: "/", methods: [] }, ["methods: must name at least one method, received an array [invalid]"]],
    [{ path: "/", methods: {} }, ["methods: must be a list of methods, received an object [invalid]"]],
    [
      { path: "/", methods: ["GET", 5] },
      ['methods.1: must be a method in upper case, such as "GET", received 5 [invalid]'],
    ],
    [{ path: "/", hosts: [] }, ["hosts: must name at least one host, received an array [invalid]"]],
    [
      { path: "/", policies: { search: true } },
      ["policies: must be a list of policies, received an object [invalid]"],
    ],
    [{ path: "/", policies: [null] }, ["policies.0: must be a policy's name, received null [invalid]"]],
    [
      { path: "/", policies: ["serch"] },
      ['policies.0: must name a policy, received "serch"; did you mean "search"? [unknown-policy]'],
    ],
    [
      { path: "/", policies: ["constructor"] },
      ['policies.0: must name a policy, received "constructor" [unknown-policy]'],
    ],
    [
      { path: "/", policies: ["search", "search"] },
      ['policies.1: must name each policy once, received "search" again [duplicate]'],
    ],
    [
      { path: "/", timeout: "0s" },
      [
        'timeout: must be a duration of 1ms to 400d, in ms, s, m, h, d or w, such as "10s", "1h30m" or "7d", received "0s" [invalid]',
      ],
    ],
    [{ path: "/", cache: true }, ["cache: must be an object, received true [invalid]"]],
    [{ path: "/", cache: [] }, ["cache: must be an object, received an array [invalid]"]],
    [{ path: "/", cach: {} }, ['cach: unknown key "cach"; did you mean "cache"? [unknown-key]']],
    [
      { path: "/", cache: { key: { quary: {} } } },
      ['cache.key.quary: unknown key "quary"; did you mean "query"? [unknown-key]'],
    ],
    ["/*", [': must be an object, received "/*" [invalid]']],
    [null, [": must be an object, received null [invalid]"]],
    [["/*"], [": must be an object, received an array [invalid]"]],
  ])("of %j is refused", (route, problems) => {
    expect(problemsOf(route)).toEqual(problems);
  });

  test.each([
    "A.example",
    "a.example:80",
    "https://a.example",
    "*.a.example:80",
    "*.A.example",
    "*.*.example",
    "a.*.example",
    "*a.example",
    "*.",
    "*.127.0.0.1",
    "*.[::1]",
    "a.example.",
    "a..b",
    "127.1",
    "[0::1]",
    "",
    "ä.example",
  ])("cannot be for the host %j", (host) => {
    expect(problemsOf({ path: "/", hosts: [host] })).toEqual([
      `hosts.0: must be a lower-case host without a port, or "*.example.com" for every host below a domain, received ${JSON.stringify(host)} [invalid]`,
    ]);
  });

  test.each(["a.example", "localhost", "127.0.0.1", "[::1]", "xn--bcher-kva.example"])(
    "can be for the host %s",
    (host) => {
      expect(toRoute({ path: "/", hosts: [host] })?.hosts).toEqual({
        names: new Set([host]),
        suffixes: [],
      });
    },
  );

  test("can be for every host below a domain", () => {
    expect(toRoute({ path: "/", hosts: ["*.a.example", "a.example", "*.local"] })?.hosts).toEqual({
      names: new Set(["a.example"]),
      suffixes: [".a.example", ".local"],
    });
  });

  test('is told what to write in place of the host "*"', () => {
    expect(problemsOf({ path: "/", hosts: ["*"] })).toEqual([
      'hosts.0: must be a host such as "api.example.com"; leave hosts out for every host, received "*" [invalid]',
    ]);
  });

  const upper = 'must be a method in upper case, such as "GET"';
  const every = 'must be a method such as "GET"; leave methods out for every method';
  test.each([
    ["get", `${upper}, received "get"; did you mean "GET"?`],
    ["GTE", `${upper}, received "GTE"; did you mean "GET"?`],
    ["delet", `${upper}, received "delet"; did you mean "DELETE"?`],
    ["GET,POST", `${upper}, received "GET,POST"; did you mean "POST"?`],
    ["MKCALENDAR", `${upper}, received "MKCALENDAR"`],
    ["", `${every}, received ""`],
    ["*", `${every}, received "*"`],
    ["ANY", `${every}, received "ANY"`],
    ["all", `${every}, received "all"`],
    [
      "TRACE",
      'must be a method that reaches a route: the gateway answers this one itself, with 405, received "TRACE"',
    ],
  ])("cannot be for the method %j", (method, said) => {
    expect(problemsOf({ path: "/", methods: [method] })).toEqual([`methods.0: ${said} [invalid]`]);
    expect(problemsOf({ path: "/", cost: { methods: { [method]: 2 } } })).toEqual([
      `cost.methods.${method}: ${said} [invalid]`,
    ]);
  });

  test("names at most 16 policies", () => {
    const names = Array.from({ length: 17 }, (_, index) => `p${index}`);
    const many = Object.fromEntries(names.map((name) => [name, POLICY]));
    expect(toProblems(toInput({ policies: many, routes: [{ path: "/", policies: names }] }))).toEqual([
      "routes.0.policies: must name at most 16 policies, received an array [invalid]",
    ]);
    expect(
      toProblems(toInput({ policies: many, routes: [{ path: "/", policies: names.slice(1) }] })),
    ).toEqual([]);
  });

  test("is not told that a policy is unknown when the policy has problems of its own", () => {
    const input = toInput({
      policies: { p: { ...POLICY, limit: -1 } },
      routes: [{ path: "/", policies: ["p"], cost: 1 }],
    });
    expect(toProblems(input)).toHaveLength(1);
    expect(toProblems(input)[0]).toMatch(/^policies\.p\.limit/);
  });

  test("is named by its methods and its path, and knows its place", () => {
    const { routes } = toConfig(
      toInput({ policies, routes: [{ path: "/A/*", methods: ["GET", "POST"] }, { path: "/A/*" }] }),
    );
    expect(routes.map(({ name, index }) => [name, index])).toEqual([
      ["GET,POST /A/*", 0],
      ["/A/*", 1],
    ]);
  });

  test("minds the case of its path only where the configuration says so", () => {
    expect([segmentsOf(false), segmentsOf(true)]).toEqual([
      ["a", "b"],
      ["A", "B"],
    ]);
  });

  test("shares its policies with the others: they are the configuration's own", () => {
    const config = toConfig(toInput());
    expect(config.routes[1]?.policies[0]).toBe(config.policies[0]);
  });
});

test("a route's longest body is called bodyBytesMax, whatever it is looked for by", () => {
  for (const key of ["requestBytesMax", "client_max_body_size"])
    expect(problemsOf({ path: "/", [key]: 1_024 })).toEqual([
      `${key}: unknown key "${key}"; did you mean "bodyBytesMax"? [unknown-key]`,
    ]);
});

describe("a route's cost", () => {
  test("must be one that each of its policies can admit", () => {
    const route = { path: "/", policies: ["per-client", "search", "small"] };
    expect(problemsOf({ ...route, cost: 5 })).toEqual([]);
    expect(problemsOf({ ...route, cost: 6 })).toEqual([
      'cost: must be within what policy "small" can ever admit, received 6 [impossible-cost]',
    ]);
    expect(problemsOf({ ...route, cost: 11 })).toEqual([
      'cost: must be within what policy "search" can ever admit, received 11 [impossible-cost]',
      'cost: must be within what policy "small" can ever admit, received 11 [impossible-cost]',
    ]);
  });

  test("may be 0, and is 1 where nothing is said", () => {
    expect([
      toRoute({ path: "/", policies: ["search"], cost: 0 })?.cost,
      toRoute({ path: "/" })?.cost,
    ]).toEqual([0, 1]);
  });

  test("is held against what the policies admit after LIMIT_FACTOR", () => {
    const input = toInput({ policies, routes: [{ path: "/", policies: ["small"], cost: 50 }] });
    expect(toProblems(input)).toHaveLength(1);
    expect(toProblems(input, { LIMIT_FACTOR: 10 })).toEqual([]);
  });

  test("is told to be impossible together with all else that is wrong with the route", () => {
    const problems = problemsOf({ path: "x", policies: ["small", "nobody"], cost: 6, hosts: 5 });
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(":")))).toEqual([
      "hosts.0",
      "policies.1",
      "cost",
      "path",
    ]);
  });

  test.each([-1, 0.5, Number.NaN, Infinity, "2", null, 2 ** 41])("cannot be %o", (cost) => {
    expect(problemsOf({ path: "/", policies: ["small"], cost })).toEqual([
      expect.stringMatching(/^cost: must be .+, received .+ \[invalid\]$/),
    ]);
  });
});

describe("a route's wait for its client", () => {
  const flights = { algorithm: "concurrency", limit: 5, key: "ip" };
  const toRouteOf = (route: object, over: object = {}): Route | undefined => {
    const origins = {
      counted: { members: ["https://a.example"], policies: ["flights"] },
      plain: { members: ["https://a.example"] },
    };
    const given = { policies: { ...policies, flights }, origins, routes: [{ path: "/", ...route }], ...over };
    return toConfig(toInput(given)).routes[0];
  };

  test("is as long as it says, or else the gateway", () => {
    expect(toRouteOf({})?.requestTimeoutMs).toBe(30_000);
    expect(toRouteOf({}, { requestTimeout: "5s" })?.requestTimeoutMs).toBe(5_000);
    expect(toRouteOf({ requestTimeout: "1s" }, { requestTimeout: "5s" })?.requestTimeoutMs).toBe(1_000);
  });

  test("comes before permits are taken, its own and its pool's", () => {
    expect(toRouteOf({ policies: ["search"], origin: "plain" })?.hasPermits).toBe(false);
    expect(toRouteOf({ policies: ["search", "flights"] })?.hasPermits).toBe(true);
    expect(toRouteOf({ origin: "counted" })?.hasPermits).toBe(true);
  });
});
