import { describe, expect, test } from "vitest";
import { POLICY, toConfig, toInput, toProblems } from "../config/config-input.ts";

const NUMBER_WANTED = "must be a whole number from 1 to 1099511627776";
const LIMIT_WANTED =
  'must be a whole number from 1 to 1099511627776, 0 for no access, "unlimited", { claim, default, max } or { base, min, follow }';

describe("tiers", () => {
  test.each<[unknown, readonly string[]]>([
    [{ pro: { "per-client": { limit: 100 } } }, []],
    [{ pro: { "per-client": { limit: 100, burst: 50, window: "1h" } } }, []],
    [{ pro: {} }, []],
    [
      { pro: { "per-clint": { limit: 100 } } },
      [
        'tiers.pro.per-clint: must name a policy, received "per-clint"; did you mean "per-client"? [unknown-policy]',
      ],
    ],
    [
      { pro: { "per-client": { limit: -1 } } },
      [`tiers.pro.per-client.limit: ${NUMBER_WANTED}, received -1 [invalid]`],
    ],
    [
      { pro: { search: { burst: 5 } } },
      ['tiers.pro.search.burst: must be an option of sliding-window, received "burst" [unknown-key]'],
    ],
    [
      { pro: { search: { limt: 5 } } },
      ['tiers.pro.search.limt: unknown key "limt"; did you mean "limit"? [unknown-key]'],
    ],
    [{ pro: { search: 5 } }, ["tiers.pro.search: must be an object, received 5 [invalid]"]],
    [{ pro: 5 }, ["tiers.pro: must be an object of policies, received 5 [invalid]"]],
    [
      { "a b": {} },
      [
        "tiers.a b: must be a name of at most 64 letters, digits, '.', '_' and '-', received \"a b\" [invalid]",
      ],
    ],
    [[], ["tiers: must be an object of tiers, received an array [invalid]"]],
    [
      { pro: { search: { limits: [{ limit: 5 }] } } },
      [
        "tiers.pro.search.limits.0: must say for which methods, countries or routes it is, received an object [invalid]",
      ],
    ],
  ])("%j has the problems %j", (tiers, wanted) => {
    expect(toProblems(toInput({ tiers }))).toEqual(wanted);
  });

  test("are multiplied by LIMIT_FACTOR like the policies' own limits", () => {
    const { policies } = toConfig(toInput({ tiers: { pro: { "per-client": { limit: 100 } } } }), {
      LIMIT_FACTOR: "10",
    });
    const settings = policies[0]?.tiers.get("pro")?.settings;
    expect(settings).toEqual({ limit: 1_000, windowMs: 60_000, burst: 200 });
  });

  test("make a cost impossible that the policy itself could admit", () => {
    const input = toInput({ tiers: { small: { search: { limit: 1 } } } });
    expect(toProblems(input)).toEqual([
      'routes.0.cost: must be within what policy "search" can ever admit, received 2 [impossible-cost]',
    ]);
  });
});

describe("a policy's limits", () => {
  test.each<[unknown, readonly string[]]>([
    [[{ methods: ["POST"], limit: 1 }], []],
    [[{ countries: ["CH", "T1"], window: "2m" }], []],
    [[{ routes: ["/*"], limit: 1 }], []],
    [5, ["must be a list of at most 20 limits, received 5 [invalid]"]],
    [
      [{ limit: 1 }],
      ["0: must say for which methods, countries or routes it is, received an object [invalid]"],
    ],
    [[{ methods: [], limit: 1 }], ["0.methods: must name at least one method, received an array [invalid]"]],
    [
      [{ methods: ["get"], limit: 1 }],
      [
        '0.methods.0: must be a method in upper case, such as "GET", received "get"; did you mean "GET"? [invalid]',
      ],
    ],
    [[{ methods: ["GET"], limit: "1" }], [`0.limit: ${LIMIT_WANTED}, received "1" [invalid]`]],
    [
      [{ routes: ["/search"], limit: 1 }],
      ['0.routes.0: must be a route\'s path, received "/search" [unknown-route]'],
    ],
  ])("%j have the problems %j", (limits, wanted) => {
    const problems = toProblems(
      toInput({ policies: { p: { ...POLICY, limits } }, routes: [{ path: "/*" }] }),
    );
    expect(problems.map((problem) => problem.replace(/^policies\.p\.limits\.?(?:: )?/, ""))).toEqual(wanted);
  });
});
