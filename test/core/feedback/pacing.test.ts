// The pace of whole gateways against naive origins, in simulated time: three times the demand, answers late and out of
// order, one isolate or several.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createFixedOrigin, createRollingOrigin } from "./model-origins.ts";
import { between, type Call, play } from "./world.ts";
import { toRuns } from "../../property-runs.ts";

interface Case {
  readonly isRolling: boolean;
  readonly isolates: number;
  readonly limit: number;
  readonly windowMs: number;
  readonly saysWhen: boolean;
  readonly latencyMsMax: number;
  readonly seed: number;
}

const WINDOWS = 6;

const anyCase: fc.Arbitrary<Case> = fc.record({
  isRolling: fc.boolean(),
  isolates: fc.integer({ min: 1, max: 6 }),
  limit: fc.integer({ min: 100, max: 400 }),
  windowMs: fc.integer({ min: 10, max: 60 }).map((seconds) => seconds * 1_000),
  saysWhen: fc.boolean(),
  latencyMsMax: fc.integer({ min: 1, max: 150 }),
  seed: fc.integer({ min: 1, max: 1_000_000 }),
});

interface Deviation {
  /** The gateway's policy, in place of the origin's own limit. */
  readonly policyLimit?: number;
  readonly othersPerSecond?: number;
  readonly isHeard?: boolean;
  /** Whether a policy stands for the scope. */
  readonly isMapped?: boolean;
}

function playCase(
  given: Case,
  { policyLimit = given.limit, isMapped = true, ...rest }: Deviation = {},
): readonly Call[] {
  const { isRolling, limit, windowMs } = given;
  const rate = isMapped ? { limit: policyLimit, windowMs } : { limit: undefined, windowMs: undefined };
  const rules = { paceFromPercent: 80, stopMsMax: 3_600_000, readingMs: 3_600_000, ...rate };
  return play({
    ...given,
    origin: isRolling ? createRollingOrigin(given) : createFixedOrigin(given),
    scope: { scope: "app", policy: isMapped ? "graph-app" : undefined, rules },
    demandPerSecond: (3 * limit * 1_000) / windowMs,
    forMs: WINDOWS * windowMs,
    policyLimit,
    policyWindowMs: windowMs,
    ...rest,
  });
}

const countServed = (calls: readonly Call[]): number => calls.filter(({ isServed }) => isServed).length;

const toRefused = (calls: readonly Call[]): number => calls.length - countServed(calls);

/** Calls that were served after the first window, of the budget of that time. */
function toUse(calls: readonly Call[], { limit, windowMs }: Case): number {
  return countServed(between(calls, windowMs, WINDOWS * windowMs)) / (limit * (WINDOWS - 1));
}

/** For each window how many calls were refused, and the most that were on their way in it. */
function toRefusals(
  calls: readonly Call[],
  { windowMs }: Case,
): readonly (readonly [refused: number, inFlight: number])[] {
  return Array.from({ length: WINDOWS }, (_, window) => {
    const within = between(calls, window * windowMs, (window + 1) * windowMs);
    const inFlight = Math.max(0, ...within.map((call) => call.inFlight));
    return [toRefused(within), inFlight] as const;
  });
}

describe("three times the budget is asked for", () => {
  test("at least 95 % of it is used, and no window goes above it by more than was in flight", () => {
    fc.assert(
      fc.property(anyCase, (given) => {
        const calls = playCase(given);
        expect(toUse(calls, given)).toBeGreaterThanOrEqual(0.95);
        for (const [refused, inFlight] of toRefusals(calls, given)) {
          expect(refused).toBeLessThanOrEqual(inFlight);
          expect(refused).toBeLessThanOrEqual(Math.ceil(given.limit * 0.05));
        }
      }),
      { numRuns: toRuns(16) },
    );
  }, 60_000);
});

describe("somebody else uses a third of the budget", () => {
  test("a gateway that listens is refused at most half as often, and gets as much as is left", () => {
    fc.assert(
      fc.property(anyCase, (drawn) => {
        // Without a regain time there are probes; what they cost is in the next test.
        const given = { ...drawn, saysWhen: true, limit: 400, windowMs: 60_000 };
        const othersPerSecond = (0.33 * given.limit * 1_000) / given.windowMs;
        const heard = playCase(given, { othersPerSecond });
        const unheard = playCase(given, { othersPerSecond, isHeard: false });
        expect(toRefused(heard)).toBeLessThan(toRefused(unheard) / 2);
        expect(toUse(heard, given)).toBeGreaterThan(0.67 * 0.95);
      }),
      { numRuns: toRuns(5) },
    );
  }, 60_000);
});

describe("a policy that admits half as much again as the origin", () => {
  test.each([
    ["is refused rarely where refusals say for how long", { saysWhen: true }, {}, 0.05],
    ["is refused by one probe after the other where they do not", { saysWhen: false }, {}, 0.1],
    ["is refused rarely without a policy for the scope", { saysWhen: true }, { isMapped: false }, 0.12],
  ] as const)(
    "%s, and uses all the same",
    (_, how, deviation, shareMax) => {
      for (const isolates of [1, 4]) {
        const given = {
          isRolling: true,
          isolates,
          limit: 400,
          windowMs: 60_000,
          latencyMsMax: 60,
          seed: 7,
          ...how,
        };
        const calls = playCase(given, { policyLimit: 600, ...deviation });
        expect(toUse(calls, given)).toBeGreaterThanOrEqual(0.95);
        expect(toRefused(calls) / calls.length).toBeLessThan(shareMax);
      }
    },
    60_000,
  );
});
