import { describe, expect, test } from "vitest";
import { findThawed } from "../config/find-thawed.ts";
import { toConfig, toInput, toProblems } from "../config/config-input.ts";

type Options = Readonly<Record<string, unknown>>;

const inPool = (feedback: unknown, policies: readonly string[] = ["search"]): Options =>
  toInput({ origins: { graph: { members: ["https://a.example"], policies, feedback } } });

/** Their paths seen from the pool's `feedback`. */
const problemsOf = (feedback: unknown, policies?: readonly string[]): readonly string[] =>
  toProblems(inPool(feedback, policies)).map((text) => text.replace("origins.graph.feedback", ""));

describe("feedback", () => {
  test("has every scope of its profile, with the rate of the policy that stands for it", () => {
    const { pools } = toConfig(inPool({ profile: "facebook-graph", scopes: { app: "search" } }));
    const { scopes = [], profile } = pools[0]?.feedback ?? {};
    expect(profile).toBe("facebook-graph");
    const rules = { paceFromPercent: 80, stopMsMax: 3_600_000, readingMs: 3_600_000 };
    expect(scopes[0]).toEqual({
      scope: "app",
      policy: "search",
      hasSubjects: false,
      rules: { ...rules, limit: expect.any(Number) as number, windowMs: expect.any(Number) as number },
    });
    expect(
      scopes.slice(1).every(({ policy, rules: { limit } }) => policy === undefined && limit === undefined),
    ).toBe(true);
    expect(scopes).toHaveLength(7);
    expect(findThawed(pools)).toEqual([]);
  });

  test("lets the profile tell apart the quotas of scopes without a policy, unless told otherwise", () => {
    const toSubjects = (given: object): readonly string[] =>
      (
        toConfig(inPool({ profile: "facebook-graph", scopes: { app: "search" }, ...given })).pools[0]
          ?.feedback?.scopes ?? []
      )
        .filter(({ hasSubjects }) => hasSubjects)
        .map(({ scope }) => scope);
    expect(toSubjects({})).toEqual([
      "user",
      "page",
      "business",
      "ad-account",
      "insights-app",
      "insights-account",
    ]);
    expect(toSubjects({ otherScopes: "pool" })).toEqual([]);
    const shopify = toConfig(inPool({ profile: "shopify" }, [])).pools[0]?.feedback?.scopes;
    expect(shopify?.map(({ rules: { windowMs } }) => windowMs)).toEqual([20_000, 20_000]);
  });

  test("joins a profile's only scope to a pool's only policy, where nothing else is said", () => {
    const toPolicy = (feedback: unknown, policies: readonly string[]): string | undefined =>
      toConfig(inPool(feedback, policies)).pools[0]?.feedback?.scopes[0]?.policy;
    expect(toPolicy({ profile: "standard" }, ["search"])).toBe("search");
    expect(toPolicy({ profile: "facebook-graph" }, ["search"])).toBeUndefined();
    expect(toPolicy({ profile: "standard" }, [])).toBeUndefined();
  });

  test("is heard also where no policy counts the pool's calls", () => {
    expect(toConfig(inPool({ profile: "standard" }, [])).pools[0]?.outbound).toMatchObject({
      limited: { policies: [] },
    });
  });

  test.each([
    [{}, [".profile: is required"]],
    [
      { profile: "facebook" },
      [
        '.profile: must be one of "standard", "anthropic", "atlassian", "azure-openai", "facebook-graph", "gemini", "github", "hubspot", "openai", "shopify", "slack", "stripe", received "facebook"; did you mean "facebook-graph"?',
      ],
    ],
    [
      { profile: "facebook-graph", scopes: { ap: "search" } },
      ['.scopes.ap: must be a scope of the profile, received "ap"; did you mean "app"?'],
    ],
    [
      { profile: "github", scopes: { core: "serch", toString: "search" } },
      [
        '.scopes.core: must name a policy of the pool, received "serch"; did you mean "search"?',
        '.scopes.toString: must be a scope of the profile, received "toString"',
      ],
    ],
    [
      { profile: "standard", scopes: [] },
      [".scopes: must be an object of policies' names by scope, received an array"],
    ],
    [
      { profile: "standard", scopes: { origin: 5 } },
      [".scopes: must be an object of policies' names by scope, received an object"],
    ],
    [{ profile: "standard", paceFrom: 99 }, [".paceFrom: must be a whole number from 50 to 95, received 99"]],
    [
      { profile: "standard", stopMax: "2d" },
      ['.stopMax: must be a duration from "1s" to "24h", in ms, s, m, h, d or w, received "2d"'],
    ],
    [
      { profile: "constructor", scopes: { a: "b" } },
      [
        '.profile: must be one of "standard", "anthropic", "atlassian", "azure-openai", "facebook-graph", "gemini", "github", "hubspot", "openai", "shopify", "slack", "stripe", received "constructor"',
      ],
    ],
    ["standard", [': must be an object, received "standard"']],
  ])("of %j is refused", (feedback, problems) => {
    expect(problemsOf(feedback).map((text) => text.replace(/ \[[a-z-]+\]$/, ""))).toEqual(problems);
  });

  test("names a policy of the pool, and not just any", () => {
    expect(problemsOf({ profile: "standard", scopes: { origin: "search" } }, [])).toHaveLength(1);
  });
});
