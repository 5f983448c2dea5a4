// Limits that follow an origin pool: what a request takes at each share, and that whatever the shares do, no window admits more
// than the limit, and a share that holds admits as many as the lower limit says.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toAlgorithm } from "../../../src/core/algorithms/registry.ts";
import { UNIT_PARTS } from "../../../src/core/algorithms/stored-state.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { toDearest, toFollowedCost, toFollowedLimit } from "../../../src/core/policies/follow-price.ts";
import type { Policy } from "../../../src/core/policies/policy.ts";
import { toRuns } from "../../property-runs.ts";
import { findWorst } from "../algorithms/support/naive-models.ts";
import { subjects } from "../algorithms/support/subjects.ts";

const START_MS = 1_700_000_000_000;
const RUNS = toRuns(100);
const WINDOWS: Readonly<Record<string, object>> = {
  "leaky-bucket": { window: "1m", delayMax: "1m" },
  quota: { period: "hour" },
};
/** Permits come back: such a limit follows nothing. */
const FOLLOWING = subjects.filter(({ name }) => name !== "concurrency");

function toPolicy(limit: unknown, given: object = { window: "1m" }): Policy {
  const plan = { algorithm: "token-bucket", key: "ip", limit, ...given };
  const parsed = parseConfig({
    origins: { api: { members: ["https://api.example.com"], adapt: {} } },
    origin: "api",
    policies: { plan },
    routes: [{ path: "/*", policies: ["plan"] }],
  });
  const policy = parsed.ok ? parsed.value.policies[0] : undefined;
  if (policy === undefined) throw new Error(JSON.stringify(parsed));
  return policy;
}

const toFollowing = (base: number, min: number, given?: object): Policy =>
  toPolicy({ base, min, follow: "api" }, given);
const toGiven = (algorithm: string): object => ({
  ...(WINDOWS[algorithm] ?? { window: "1m" }),
  algorithm,
});

describe("toFollowedCost()", () => {
  test.each([
    [1, 1, 1],
    [0.97, 1, 4_223 / UNIT_PARTS],
    [0.5, 1, 2],
    [0.5, 3, 6],
    [0.25, 1, 4],
    [0.1, 1, 10],
    [0.01, 1, 10],
    [0, 1, 10],
    [0, 0, 0],
    [2, 1, 1],
  ])("of share %d, and a cost of %d, is %d", (share, units, cost) => {
    expect(toFollowedCost(toFollowing(1_000, 100), units, share)).toBe(cost);
  });

  test("is never above what the policy admits at once, nor below what it costs without pressure", () => {
    const policy = toFollowing(1_000, 100, { window: "1m", burst: 50 });
    expect(toFollowedCost(policy, 20, 0)).toBe(50);
    expect(toFollowedCost(policy, 60, 0)).toBe(60);
    expect([toDearest(policy, 5), toDearest(policy, 6)]).toEqual([50, 60]);
  });

  test("leaves other limits alone", () => {
    expect(toFollowedCost(toPolicy(1_000), 3, 0.5)).toBe(3);
    expect(toFollowedLimit(toPolicy(1_000), 0.5)).toBe(1_000);
    expect(toDearest(toPolicy(3), 2 ** 40)).toBe(2 ** 40);
  });
});

const shares = fc.oneof(fc.constantFrom(0, 0.1, 0.5, 0.97, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const bases = fc
  .integer({ min: 2, max: 300 })
  .chain((base) => fc.record({ base: fc.constant(base), min: fc.integer({ min: 1, max: base - 1 }) }));

/** How many requests of cost 1 are admitted at once at this share. */
function countAtOnce(policy: Policy, share: number): number {
  const cost = toFollowedCost(policy, 1, share);
  const { decide } = toAlgorithm(policy.algorithm);
  let state: unknown;
  for (let admitted = 0; ; admitted += 1) {
    const verdict = decide(policy.settings, state, { nowMs: START_MS, cost });
    if (verdict.outcome !== "allowed") return admitted;
    ({ state } = verdict);
  }
}

test.each(["1s", "10ms", "1ms", "7d"])("a price is as exact in a window of %s as in others", (window) => {
  for (const [base, min, share] of [
    [1_000, 3, 0],
    [1_000, 400, 0],
    [2_000, 1, 0.97],
    [4_000, 1, 0.9],
    [30, 1, 0.97],
  ] as const) {
    const wanted = Math.floor(Math.max(min, base * share));
    const admitted = countAtOnce(toFollowing(base, min, { algorithm: "token-bucket", window }), share);
    expect([wanted, wanted - (share === 0 ? 0 : 1)]).toContain(admitted);
  }
});

describe.each(FOLLOWING.map((subject) => [subject.name, subject] as const))("%s", (name, subject) => {
  test("a share that holds admits as many requests as the lower limit, or one less", () => {
    fc.assert(
      fc.property(bases, shares, ({ base, min }, share) => {
        const policy = toFollowing(base, min, toGiven(name));
        const cost = toFollowedCost(policy, 1, share);
        let state: unknown;
        let admitted = 0;
        for (;;) {
          const verdict = toAlgorithm(name).decide(policy.settings, state, { nowMs: START_MS, cost });
          if (verdict.outcome !== "allowed") break;
          ({ state } = verdict);
          admitted += 1;
        }
        const wanted = Math.floor(toFollowedLimit(policy, share));
        // Of a leaky bucket the first one goes on at once, and the others wait behind it.
        const first = name === "leaky-bucket" ? 1 : 0;
        expect(admitted - first).toBeLessThanOrEqual(wanted);
        expect(admitted - first).toBeGreaterThanOrEqual(Math.max(min, wanted - 1));
      }),
      { numRuns: RUNS },
    );
  });

  test("whatever the shares do, no window admits more requests than by the whole limit", () => {
    const steps = fc.array(fc.record({ waitMs: fc.nat(9_000), share: shares, count: fc.nat(40) }), {
      minLength: 10,
      maxLength: 30,
    });
    fc.assert(
      fc.property(bases, steps, ({ base, min }, played) => {
        const policy = toFollowing(base, min, toGiven(name));
        const started: { atMs: number; cost: number }[] = [];
        let nowMs = START_MS;
        let state: unknown;
        for (const { waitMs, share, count } of played) {
          nowMs += waitMs;
          const cost = toFollowedCost(policy, 1, share);
          for (let left = count; left > 0; left -= 1) {
            const verdict = toAlgorithm(name).decide(policy.settings, state, { nowMs, cost });
            if (verdict.outcome !== "allowed") break;
            ({ state } = verdict);
            started.push({ atMs: nowMs + (verdict.delayMs ?? 0), cost: 1 });
          }
        }
        const { unitsMax, toWindowStartMs } = subject.toWorstCase(policy.settings, 1);
        expect(findWorst(started, toWindowStartMs)).toBeLessThanOrEqual(unitsMax);
      }),
      { numRuns: RUNS },
    );
  });
});
