// Limits that follow an origin pool in vain: refused, or warned about, by name.

import { expect, test } from "vitest";
import { check, type Given } from "./check-given.ts";

const byIp = { algorithm: "token-bucket", limit: 100, window: "1m", key: "ip" };

/** A policy whose limit follows a pool that adapts. */
const following = (given: Given = {}, more: Given = {}): Given => ({
  origins: { api: { members: ["https://api.example.com"], adapt: {} } },
  origin: "api",
  policies: { plan: { ...byIp, limit: { base: 100, min: 10, follow: "api" }, ...given } },
  routes: [{ path: "/*", policies: ["plan"] }],
  ...more,
});
const follow = (pool: string): Given => ({ limit: { base: 100, min: 10, follow: pool } });

const WRONG: readonly (readonly [what: string, given: Given, path: string, said: RegExp])[] = [
  [
    "a limit that follows no pool",
    following(follow("apii")),
    "policies.plan.limit.follow",
    /"apii"; did you mean "api"/,
  ],
  [
    "one that follows a pool without adapt",
    following({}, { origins: { api: { members: ["https://api.example.com"] } } }),
    "policies.plan.limit.follow",
    /origins\.api has no adapt/,
  ],
  [
    "permits that follow a pool",
    following({}, { policies: { plan: { algorithm: "concurrency", key: "ip", ...follow("api") } } }),
    "policies.plan.limit.follow",
    /permits, settled costs and tokens/,
  ],
  [
    "settled costs that follow a pool",
    following({ settle: { header: "x-cost" } }),
    "policies.plan.limit.follow",
    /permits, settled costs and tokens/,
  ],
  [
    "tokens that follow a pool",
    following({ cost: { estimate: "openai" } }),
    "policies.plan.limit.follow",
    /permits, settled costs and tokens/,
  ],
  [
    "a cost of its own that would never fit",
    following({ cost: 11 }),
    "policies.plan.cost",
    /received 11, which costs 110/,
  ],
  [
    "a cost by method that would never fit",
    following({}, { routes: [{ path: "/*", policies: ["plan"], cost: { methods: { POST: 11 } } }] }),
    "routes.0.cost.methods.POST",
    /110 while its pool is under pressure/,
  ],
  [
    "calls of a pool that follow one",
    following(
      {},
      {
        origins: { api: { members: ["https://api.example.com"], adapt: {}, policies: ["plan"] } },
        routes: [{ path: "/*" }],
      },
    ),
    "origins.api.policies",
    /have been let in/,
  ],
];

test.each(WRONG)("checkConfig() refuses %s", (_what, given, path, said) => {
  const { problems, warnings } = check(given);
  expect(problems.map((text) => text.split(": ")[0])).toEqual([path]);
  expect(problems[0]).toMatch(said);
  expect(warnings).toEqual([]);
});

const DOUBTFUL: readonly (readonly [what: string, given: Given, path: string, said: RegExp])[] = [
  [
    "a limit that follows a pool to which its routes do not lead",
    following(
      {},
      {
        origins: {
          api: { members: ["https://api.example.com"], adapt: {} },
          other: { members: ["https://b.example"] },
        },
        routes: [{ path: "/a/*", policies: ["plan"], origin: "other" }, { path: "/*" }],
      },
    ),
    "policies.plan.limit.follow",
    /no route with the policy leads to api/,
  ],
];

test.each(DOUBTFUL)("checkConfig() warns of %s", (_what, given, path, said) => {
  const { problems, warnings } = check(given);
  expect(problems).toEqual([]);
  expect(warnings.map((text) => text.split(": ")[0])).toEqual([path]);
  expect(warnings[0]).toMatch(said);
});

test("checkConfig() says nothing of a limit that follows a pool to which its routes lead", () => {
  expect(check(following())).toEqual({ problems: [], warnings: [] });
});
