import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AlgorithmName } from "../../../src/core/algorithms/registry.ts";
import { type CounterCheck, decideChecks, toState } from "../../../src/core/counters/decide-checks.ts";
import { toAlgorithm } from "../../../src/core/algorithms/registry.ts";
import { toCheck } from "./map-store.ts";

const NOW_MS = 1_700_000_000_000;

type Options = Readonly<Record<string, unknown>>;

/** A check with the counter that these charges, as [milliseconds ago, units], leave. */
function toAsked(
  options: Options,
  { used = [], cost = 1, reserved = 0, banMs = 0, isShadow = false, policy = "p" }: Partial<Asked> = {},
): CounterCheck {
  const check = { ...toCheck(policy, { ...options }, cost), isShadow };
  const { charge } = toAlgorithm(check.algorithm);
  let state: unknown;
  for (const [agoMs, units] of used.toSorted(([one], [other]) => other - one))
    state = charge(check.settings, state, { nowMs: NOW_MS - agoMs, units });
  return { check, counter: { algorithm: check.algorithm, state }, reserved, banMs };
}

interface Asked {
  readonly used: readonly (readonly [agoMs: number, units: number])[];
  readonly cost: number;
  readonly reserved: number;
  readonly banMs: number;
  readonly isShadow: boolean;
  readonly policy: string;
}

const log = { algorithm: "sliding-window-log", limit: 3, window: "10s" };

describe("decideChecks()", () => {
  test("allows only what every enforced check allows, and says what each one did", () => {
    const full = { used: [[5_000, 3]] as const };
    const decision = decideChecks(
      [toAsked(log, { policy: "a" }), toAsked(log, { policy: "b", ...full })],
      NOW_MS,
    );
    expect(decision.isAllowed).toBe(false);
    expect(decision.verdicts).toMatchObject([
      // What is left without this request: it takes nothing.
      { policy: "a", outcome: "allowed", remaining: 3 },
      { policy: "b", outcome: "denied", remaining: 0, retryAfterMs: 5_000 },
    ]);
  });

  test("is not moved by a shadow, which is decided like the others", () => {
    const shadow = toAsked(log, { policy: "b", isShadow: true, used: [[5_000, 3]] });
    const { isAllowed, verdicts } = decideChecks([toAsked(log, { policy: "a" }), shadow], NOW_MS);
    expect(isAllowed).toBe(true);
    expect(verdicts).toMatchObject([
      { policy: "a", outcome: "allowed", remaining: 2 },
      { policy: "b", outcome: "denied", retryAfterMs: 5_000 },
    ]);
  });

  test("of no checks allows", () => {
    expect(decideChecks([], NOW_MS)).toEqual({ isAllowed: true, verdicts: [] });
  });

  test("takes a counter of another algorithm for one that was never seen", () => {
    const { check } = toAsked(log, { cost: 3 });
    const foreign = toAsked({ algorithm: "token-bucket", limit: 3, window: "1h" }, { used: [[0, 3]] });
    expect(decideChecks([{ ...foreign, check }], NOW_MS).isAllowed).toBe(true);
    expect(toState(foreign.counter, "sliding-window-log")).toBeUndefined();
  });

  test("says how long an allowed request is held back", () => {
    const leaky = { algorithm: "leaky-bucket", limit: 1, window: "1s", delayMax: "5s" };
    const { verdicts } = decideChecks([toAsked(leaky, { used: [[0, 2]] })], NOW_MS);
    expect(verdicts).toMatchObject([{ outcome: "allowed", delayMs: 2_000 }]);
  });

  describe("with units held by decisions in flight", () => {
    const cases: readonly (readonly [
      asked: Partial<Asked>,
      outcome: string,
      isTentative: boolean | undefined,
    ])[] = [
      [{ reserved: 2 }, "allowed", undefined],
      [{ reserved: 3 }, "denied", true],
      [{ reserved: 1, cost: 3 }, "denied", true],
      [{ used: [[5_000, 3]] }, "denied", undefined],
      [{ used: [[5_000, 3]], reserved: 1 }, "denied", false],
      // Denied in any case, but for 100 ms without what is held, and for 5 s with it.
      [
        {
          used: [
            [9_900, 1],
            [5_000, 1],
          ],
          reserved: 1,
          cost: 2,
        },
        "denied",
        true,
      ],
      [{ reserved: 3, cost: 4 }, "impossible", undefined],
      [{ reserved: 3, cost: 0 }, "allowed", undefined],
    ];
    test.each(cases)("%j is %s, tentatively: %s", (asked, outcome, isTentative) => {
      const [verdict] = decideChecks([toAsked(log, asked)], NOW_MS).verdicts;
      expect([verdict?.outcome, verdict?.isTentative]).toEqual([outcome, isTentative]);
    });

    test("a ban is certain for as long as it lasts, and no longer", () => {
      const reserved = { reserved: 3, used: [[9_000, 1]] as const };
      const waits = [500, 20_000].map((banMs) =>
        decideChecks([toAsked(log, { ...reserved, banMs })], NOW_MS),
      );
      expect(waits.map(({ verdicts }) => [verdicts[0]?.retryAfterMs, verdicts[0]?.isTentative])).toEqual([
        [10_000, true],
        [20_000, false],
      ]);
    });

    const algorithms = fc.constantFrom<Options>(
      { ...log, limit: 6 },
      { algorithm: "sliding-window", limit: 6, window: "10s" },
      { algorithm: "sliding-window-counter", limit: 6, window: "10s" },
      { algorithm: "fixed-window", limit: 6, window: "10s" },
      { algorithm: "token-bucket", limit: 6, window: "10s" },
      { algorithm: "leaky-bucket", limit: 6, window: "10s", delayMax: "3s" },
      { algorithm: "concurrency", limit: 6, expires: "10s" },
      { algorithm: "quota", limit: 6, period: "day" },
    );
    const used = fc.array(fc.tuple(fc.nat(10_000), fc.integer({ min: 1, max: 4 })), { maxLength: 6 });

    test("a denial is tentative if and only if without them it waits for less; they never admit more", () => {
      fc.assert(
        fc.property(
          algorithms,
          used,
          fc.nat(7),
          fc.integer({ min: 1, max: 7 }),
          (options, taken, reserved, cost) => {
            const [verdict] = decideChecks(
              [toAsked(options, { used: taken, reserved, cost })],
              NOW_MS,
            ).verdicts;
            const [free] = decideChecks([toAsked(options, { used: taken, cost })], NOW_MS).verdicts;
            if (verdict === undefined || free === undefined) return;
            const isDenied = verdict.outcome === "denied";
            const isTentative = isDenied && reserved > 0 && free.retryAfterMs < verdict.retryAfterMs;
            expect(verdict.isTentative ?? false).toBe(isTentative);
            if (!isDenied) expect(verdict.outcome).toBe(free.outcome);
          },
        ),
      );
    });
  });

  test("with a ban refuses whatever is left, for the longer of the two waits", () => {
    const verdicts = [
      toAsked(log, { banMs: 700 }),
      toAsked(log, { banMs: 700, used: [[5_000, 3]] }),
      toAsked(log, { banMs: 700, cost: 0 }),
      toAsked(log, { banMs: 700, cost: 4 }),
    ].map((asked) => decideChecks([asked], NOW_MS).verdicts[0]);
    expect(verdicts.map((verdict) => [verdict?.outcome, verdict?.retryAfterMs])).toEqual([
      ["denied", 700],
      ["denied", 5_000],
      ["denied", 700],
      ["impossible", Infinity],
    ]);
    // What is left without this request: it takes nothing.
    expect(verdicts.map((verdict) => [verdict?.remaining, verdict?.resetMs])).toEqual([
      [3, 700],
      [0, 5_000],
      [3, 700],
      [3, 0],
    ]);
  });

  test("changes no state that it is given", () => {
    const asked = toAsked(log, { used: [[1, 1]] });
    const before = JSON.stringify(asked);
    decideChecks([asked], NOW_MS);
    expect(JSON.stringify(asked)).toBe(before);
    expect(asked.counter?.algorithm).toBe("sliding-window-log" satisfies AlgorithmName);
  });
});
