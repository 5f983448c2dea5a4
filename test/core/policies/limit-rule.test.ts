import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { toShownLimit } from "../../../src/core/policies/limit-rule.ts";
import type { Policy } from "../../../src/core/policies/policy.ts";

type Given = Readonly<Record<string, unknown>>;

function parse(policy: Given, tiers: Given = {}): readonly string[] | Policy {
  const parsed = parseConfig({
    origin: "zone",
    tiers: { pro: { plan: tiers } },
    policies: { plan: { algorithm: "token-bucket", limit: 10, window: "1m", key: "ip", ...policy } },
    routes: [{ path: "/*", policies: ["plan"], cost: 5 }],
  });
  if (!parsed.ok) return parsed.error.map(({ path, message }) => `${path}: ${message}`);
  return parsed.value.policies[0] ?? [];
}

function parsePolicy(policy: Given, tiers: Given = {}): Policy {
  const parsed = parse(policy, tiers);
  if (!("rule" in parsed)) throw new Error(JSON.stringify(parsed));
  return parsed;
}

const CLAIM = { claim: "rate", default: 10, max: 100 };

describe("a limit that is no number", () => {
  test.each([
    [0, { limit: 0, rule: { kind: "none" } }],
    ["unlimited", { rule: { kind: "unlimited" } }],
    [CLAIM, { limit: 10, rule: { kind: "claim", claim: { text: "rate" }, max: 100, factor: 1 } }],
    [10, { limit: 10, rule: undefined }],
  ])("of %j is read for a policy, and for a tier", (limit, wanted) => {
    expect(parsePolicy({ limit })).toMatchObject(wanted);
    expect(parsePolicy({}, { limit }).tiers.get("pro")).toMatchObject(wanted);
    expect(toShownLimit(parsePolicy({ limit }))).toEqual(limit);
  });

  test("that follows a pool is its base, and is shown as it was written", () => {
    const limit = { base: 100, min: 10, follow: "api" };
    const rule = { kind: "follow", pool: "api", min: 10 };
    expect(parsePolicy({ limit })).toMatchObject({ limit: 100, options: { limit: 100 }, rule });
    expect(parsePolicy({}, { limit }).tiers.get("pro")).toMatchObject({ limit: 100, rule });
    expect(toShownLimit(parsePolicy({ limit }))).toEqual(limit);
  });

  test.each([
    [{ base: 10, min: 10, follow: "api" }, /min below its base/],
    [{ base: 10, min: 0, follow: "api" }, /limit\.min/],
    [{ base: 10, min: 1 }, /limit\.follow/],
    [{ base: 10, min: 1, follow: "api", max: 5 }, /unknown key .*max/],
    // A tenth of the pool's share makes ten times the route's cost of 5.
    [{ base: 40, min: 4, follow: "api" }, /received 5, which costs 50 while its pool is under pressure/],
  ])("of %j is refused", (limit, said) => {
    expect(JSON.stringify(parse({ limit }))).toMatch(said);
  });

  test.each([0, "unlimited"])("of %j leaves out a burst, and asks no cost to fit", (limit) => {
    expect(parsePolicy({ limit, burst: 2 ** 40 })).toMatchObject({ options: { limit: 1 } });
    expect(parsePolicy({ limits: [{ methods: ["POST"], limit }] }).variants[0]?.policy.rule).toBeDefined();
  });

  test.each<[Given, readonly string[]]>([
    [
      { limit: "unlimted" },
      [
        'policies.plan.limit: must be a whole number from 1 to 1099511627776, 0 for no access, "unlimited", { claim, default, max } or { base, min, follow }, received "unlimted"; did you mean "unlimited"?',
      ],
    ],
    [
      { limit: { claim: "rate", defualt: 5, max: 10 } },
      [
        "policies.plan.limit.default: is required",
        'policies.plan.limit.defualt: unknown key "defualt"; did you mean "default"?',
      ],
    ],
    [
      { limit: { claim: "rate", default: 50, max: 10 } },
      ["policies.plan.limit: must have a default of at most its max, received an object"],
    ],
    [
      { algorithm: "sliding-window-log", limit: { claim: "rate", default: 50, max: 20_000 } },
      [
        "policies.plan.limit.max: must be at most 10000 here, where storage grows with the limit, received 20000",
      ],
    ],
    [
      { limit: { ...CLAIM, default: 4 } },
      // The policy's own, and the tier's that leaves it as it is.
      [
        'routes.0.cost: must be within what policy "plan" can ever admit, received 5',
        'routes.0.cost: must be within what policy "plan" can ever admit, received 5',
      ],
    ],
    [
      { limits: [{ methods: ["POST"], limit: CLAIM }] },
      [
        'policies.plan.limits.0.limit: must be a number, 0 or "unlimited": a claim, or what follows a pool, is read for the whole policy, or for a tier',
      ],
    ],
  ])("%j is refused", (policy, problems) => {
    expect(parse(policy)).toEqual(problems);
  });
});
