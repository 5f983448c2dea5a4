import { describe, expect, test } from "vitest";
import { findThawed } from "../config/find-thawed.ts";
import { toConfig, toInput, toProblems } from "../config/config-input.ts";

const A = "https://a.example";

/** The problems of a pool "tried", their paths seen from it. */
function problemsOf(options: unknown): readonly string[] {
  return toProblems(toInput({ origins: { tried: options } })).map((text) =>
    text.replace(/^origins\.tried\.?/, ""),
  );
}

describe("a pool", () => {
  test("of URLs alone is complete", () => {
    const { pools } = toConfig(toInput({ origins: { orders: { members: [A, "http://B.example:80/v1/"] } } }));
    expect(pools).toEqual([
      {
        name: "orders",
        members: [
          {
            url: A,
            weight: 1,
            isFallback: false,
            base: A,
            connectTo: undefined,
            stripPrefix: "",
            headers: [],
            seed: expect.any(Number) as number,
          },
          expect.objectContaining({ url: "http://b.example/v1" }),
        ],
        affinity: undefined,
        outbound: undefined,
        slowMs: Infinity,
        slowStartMs: 30_000,
        retries: {
          max: 2,
          backoffMs: 50,
          backoffMsMax: 1_000,
          retryAfterMsMax: 2_000,
          bodyBytesMax: 65_536,
          budgetPercent: 10,
          statuses: [],
          nonIdempotent: [],
        },
        breaker: {
          failuresMax: 5,
          badPercent: 50,
          answersMin: 20,
          windowMs: 10_000,
          openMs: 5_000,
          probes: 3,
        },
        checks: undefined,
        feedback: undefined,
      },
    ]);
    expect(findThawed(pools)).toEqual([]);
  });

  test("counts its calls by policies, each pool by itself", () => {
    const queue = { waitMax: "30s", lengthMax: 5, share: 25 };
    const origins = {
      a: { members: [A], policies: ["search"] },
      b: { members: [A], policies: ["search"], cost: 2, whenLimited: ["stale", "reject"], queue },
    };
    const [a, b] = toConfig(toInput({ origins })).pools;
    expect([a?.outbound, b?.outbound]).toEqual([
      {
        limited: {
          index: -2,
          path: "",
          policies: [expect.objectContaining({ name: "search" })],
          hasVariants: false,
          cost: 1,
          countsAll: true,
        },
        whenLimited: ["queue", "stale", "reject"],
        queue: { waitMsMax: 10_000, lengthMax: 100, clientMax: 100 },
        priority: { consumers: {}, tiers: {}, headerMax: "normal" },
      },
      expect.objectContaining({
        limited: expect.objectContaining({ index: -3, cost: 2 }) as object,
        whenLimited: ["stale", "reject"],
        queue: { waitMsMax: 30_000, lengthMax: 5, clientMax: 1 },
      }),
    ]);
  });

  test("takes what is said of each member, and of its checks", () => {
    const member = {
      url: A,
      weight: 5,
      role: "fallback",
      host: "api.example",
      stripPrefix: "/api",
      headers: { "X-Region": "eu" },
    };
    const checks = { path: "/up?deep=1", interval: "3s", statuses: [200, 204], body: "ok", down: 1, up: 5 };
    const [pool] = toConfig(
      toInput({ origins: { a: { members: [member], affinity: "cookie:sid", checks } } }),
    ).pools;
    expect(pool?.members[0]).toMatchObject({
      weight: 5,
      isFallback: true,
      base: "https://api.example",
      connectTo: "a.example",
      stripPrefix: "/api",
      headers: [["x-region", "eu"]],
    });
    expect(pool?.affinity?.map(({ label }) => label)).toEqual(["cookie:sid"]);
    expect(pool?.checks).toEqual({
      path: "/up?deep=1",
      intervalMs: 3_000,
      timeoutMs: 2_000,
      statuses: [200, 204],
      body: "ok",
      downAfter: 1,
      upAfter: 5,
    });
  });

  test.each([
    ["http://[::1]:81/v1", "http://api.example:81/v1", "[::1]"],
    ["http://10.0.0.7", "http://api.example", "10.0.0.7"],
    ["https://a.example:444", "https://api.example:444", "a.example"],
  ])("asks %s as another host", (url, base, connectTo) => {
    const [pool] = toConfig(toInput({ origins: { a: { members: [{ url, host: "api.example" }] } } })).pools;
    expect(pool?.members[0]).toMatchObject({ url, base, connectTo });
  });

  test.each([
    [{}, ["members: is required [missing]"]],
    [null, [": must be an object, received null [invalid]"]],
    [{ members: [] }, ["members: must name at least one origin, received an array [invalid]"]],
    [{ members: [A], membrs: 1 }, ['membrs: unknown key "membrs"; did you mean "members"? [unknown-key]']],
    [
      { members: [{ url: A, wieght: 2 }] },
      ['members.0.wieght: unknown key "wieght"; did you mean "weight"? [unknown-key]'],
    ],
    [
      { members: [A], breaker: { failure: 2 } },
      ['breaker.failure: unknown key "failure"; did you mean "failures"? [unknown-key]'],
    ],
    [
      { members: [A], checks: { path: "/up", intervall: "2s" } },
      ['checks.intervall: unknown key "intervall"; did you mean "interval"? [unknown-key]'],
    ],
    [
      { members: [A, { url: "https://A.example/" }] },
      [
        'members.1: must name each origin once, or each of its accounts (account), received "https://a.example" again [duplicate]',
      ],
    ],
    [
      { members: [A, {}] },
      [
        'members.1.url: must be an http or https URL such as "https://api.example.com", or "zone", received nothing [missing]',
      ],
    ],
    [
      { members: [A], affinity: "ipp" },
      ['affinity: must be a known key part, received "ipp"; did you mean "ip"? [unknown-key-part]'],
    ],
    [
      { members: [{ url: A, weight: 0 }] },
      ["members.0.weight: must be a whole number from 1 to 1000, received 0 [invalid]"],
    ],
    [
      { members: [{ url: A, role: "spare" }] },
      ['members.0.role: must be one of "primary", "fallback", received "spare" [invalid]'],
    ],
    [
      { members: [{ url: A, host: "API.example" }] },
      ['members.0.host: must be a lower-case host without a port, received "API.example" [invalid]'],
    ],
    [{ members: [A], checks: {} }, ["checks.path: is required [missing]"]],
    [
      { members: [A], policies: ["serach", "search", "search"] },
      [
        'policies.0: must name a policy, received "serach"; did you mean "search"? [unknown-policy]',
        'policies.2: must name each policy once, received "search" again [duplicate]',
      ],
    ],
    [
      { members: [A], policies: ["search"], cost: 11 },
      ['cost: must be within what policy "search" can ever admit, received 11 [impossible-cost]'],
    ],
    [
      { members: [A], whenLimited: ["queue", "queue"] },
      ["whenLimited: must be a list of ways, each once, received an array [invalid]"],
    ],
    [
      { members: [A], whenLimited: [] },
      ["whenLimited: must name at least one way, received an array [invalid]"],
    ],
    [
      { members: [A], queue: { waitMax: "10" } },
      [expect.stringMatching(/^queue\.waitMax: must be a duration of 1ms to 400d/) as string],
    ],
    [
      { members: [A], queue: { lengthMax: 1_001 } },
      ["queue.lengthMax: must be a whole number from 1 to 1000, received 1001 [invalid]"],
    ],
    [
      { members: [A], priority: { tiers: { pro: "urgent" } } },
      ['priority.tiers.pro: must be one of "critical", "normal", "background", received "urgent" [invalid]'],
    ],
    [
      { members: [A], priority: { header: "a b" } },
      ['priority.header: must be a header\'s name such as "x-units", received "a b" [invalid]'],
    ],
    [
      { members: [A], checks: { path: "/up", interval: "500ms" } },
      [expect.stringMatching(/^checks\.interval: must be a duration from "1s" to "24h"/) as string],
    ],
  ])("of %j is refused", (options, problems) => {
    expect(problemsOf(options)).toEqual(problems);
  });

  test.each(["zone", 5, "//evil.example", "https://user:hunter2@a.example"])("has no member %j", (url) => {
    const problems = problemsOf({ members: [A, url] });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^members\.1.*: must be/);
    expect(problems[0]).not.toContain("hunter2");
  });

  test("of an API of models has an overloaded call answered by another member, and others where they say so", () => {
    const toElsewhere = (profile: string | undefined, retries: object = {}): unknown => {
      const options = {
        members: [A, "https://b.example"],
        retries,
        ...(profile && { feedback: { profile } }),
      };
      return toConfig(toInput({ origins: { tried: options } })).pools[0]?.retries.nonIdempotent;
    };
    const models = ["openai", "anthropic", "azure-openai", "gemini"];
    expect(models.map((profile) => toElsewhere(profile))).toEqual(models.map(() => ["overloaded"]));
    expect([toElsewhere(undefined), toElsewhere("stripe")]).toEqual([[], []]);
    expect(toElsewhere("openai", { nonIdempotent: [] })).toEqual([]);
    expect(toElsewhere("stripe", { nonIdempotent: ["late"] })).toEqual(["late"]);
  });

  test.each([{ members: [A] }, { members: [A, "https://b.example"], retries: { max: 0 } }])(
    "says that nobody else can be asked: %o",
    ({ members, retries }) => {
      expect(problemsOf({ members, retries: { ...retries, nonIdempotent: ["late"] } })).toEqual([
        expect.stringContaining("retries.nonIdempotent: needs a second member") as string,
      ]);
    },
  );

  test.each(["api", "/api/", "//api", "/a/../b", "/a%2fb", "/a?b", ""])(
    "strips no prefix %j",
    (stripPrefix) => {
      expect(problemsOf({ members: [{ url: A, stripPrefix }] })).toEqual([
        expect.stringMatching(/^members\.0\.stripPrefix: must be a path in its canonical form/) as string,
      ]);
    },
  );

  test.each([
    { host: "x" },
    { Connection: "x" },
    { "X_Forwarded.For": "x", Content_Length: "1" },
    { via: "x" },
    { "a b": "x" },
    { a: "x\r\ny" },
    { a: 5 },
  ])("sets no headers %j", (headers) => {
    const [problem, ...others] = problemsOf({ members: [{ url: A, headers }] });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^members\.0\.headers.*: must be an object of at most 32 header fields/);
  });

  test.each(["zone", "a b", "https://a.example"])("cannot be called %j", (name) => {
    expect(toProblems(toInput({ origins: { [name]: { members: [A] } } }))).toEqual([
      expect.stringContaining("must be a name of at most 64 letters") as string,
    ]);
  });
});
