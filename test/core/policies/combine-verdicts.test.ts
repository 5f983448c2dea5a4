import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type AlgorithmName, algorithms } from "../../../src/core/algorithms/registry.ts";
import {
  combineVerdicts,
  type PolicyVerdict,
  toPolicyVerdict,
  UNLIMITED,
} from "../../../src/core/policies/combine-verdicts.ts";
import type { Policy } from "../../../src/core/policies/policy.ts";
import { toVerdict, verdicts } from "./verdicts.ts";

function toNearest(...given: readonly PolicyVerdict[]): string | undefined {
  return combineVerdicts(given).nearest?.policy;
}

describe("combineVerdicts()", () => {
  test("of no policies lets everything pass", () => {
    expect(combineVerdicts([])).toBe(UNLIMITED);
    expect(UNLIMITED).toMatchObject({ outcome: "allowed", retryAfterMs: 0, nearest: undefined });
  });

  test("denies until the last of those that deny admits", () => {
    const given = [
      toVerdict("a", { outcome: "denied", retryAfterMs: 500 }),
      toVerdict("b", { remaining: 5 }),
      toVerdict("c", { outcome: "denied", retryAfterMs: 700 }),
    ];
    const answer = combineVerdicts(given);
    expect(answer).toEqual({
      outcome: "denied",
      verdicts: given,
      violated: ["a", "c"],
      nearest: given[2],
      retryAfterMs: 700,
      delayMs: 0,
    });
  });

  test("is impossible as soon as one policy never admits the request", () => {
    const answer = combineVerdicts([
      toVerdict("a", { outcome: "denied", retryAfterMs: 500 }),
      toVerdict("b", { outcome: "impossible", retryAfterMs: Infinity }),
    ]);
    expect(answer).toMatchObject({ outcome: "impossible", violated: ["a", "b"], retryAfterMs: Infinity });
    expect(answer.nearest?.policy).toBe("b");
  });

  test("holds an allowed request back as long as the slowest policy says", () => {
    const given = [toVerdict("a", { delayMs: 20 }), toVerdict("b", { delayMs: 50 }), toVerdict("c", {})];
    expect(combineVerdicts(given)).toMatchObject({ outcome: "allowed", delayMs: 50, retryAfterMs: 0 });
  });

  test("takes for the nearest the one with the longest wait, then the one with the smallest share left", () => {
    const denied = { outcome: "denied" } as const;
    expect(toNearest(toVerdict("a", {}), toVerdict("b", { ...denied, retryAfterMs: 1, remaining: 9 }))).toBe(
      "b",
    );
    expect(
      toNearest(
        toVerdict("a", { ...denied, retryAfterMs: 2 }),
        toVerdict("b", { ...denied, retryAfterMs: 1 }),
      ),
    ).toBe("a");
    expect(
      toNearest(
        toVerdict("a", { limit: 1_000, remaining: 10 }),
        toVerdict("b", { limit: 10, remaining: 1 }),
        toVerdict("c", { limit: 4, remaining: 2 }),
      ),
    ).toBe("a");
    expect(toNearest(toVerdict("a", { remaining: 3 }), toVerdict("b", { remaining: 3 }))).toBe("a");
  });

  test("allows only what all allow, names all that do not, and waits for the slowest", () => {
    fc.assert(
      fc.property(verdicts, (given) => {
        const { outcome, violated, retryAfterMs, verdicts: kept } = combineVerdicts(given);
        expect(kept).toEqual(given);
        expect(outcome === "allowed").toBe(given.every((verdict) => verdict.outcome === "allowed"));
        expect(outcome === "impossible").toBe(given.some((verdict) => verdict.outcome === "impossible"));
        expect(violated).toEqual(
          given.filter((verdict) => verdict.outcome !== "allowed").map(({ policy }) => policy),
        );
        expect(retryAfterMs).toBe(Math.max(...given.map((verdict) => verdict.retryAfterMs)));
      }),
    );
  });

  test("names as nearest one that violates, whenever one does", () => {
    fc.assert(
      fc.property(verdicts, (given) => {
        const { violated, nearest } = combineVerdicts(given);
        if (violated.length > 0) expect(violated).toContain(nearest?.policy);
      }),
    );
  });

  test("comes to the same in every order of the policies, but for the order of their names", () => {
    fc.assert(
      fc.property(verdicts, (given) => {
        const [one, other] = [combineVerdicts(given), combineVerdicts(given.toReversed())];
        expect([other.outcome, other.retryAfterMs, other.delayMs]).toEqual([
          one.outcome,
          one.retryAfterMs,
          one.delayMs,
        ]);
        expect(other.violated.toReversed()).toEqual(one.violated);
      }),
    );
  });

  test("is not moved by a policy that allows, whatever it has left", () => {
    fc.assert(
      fc.property(verdicts, fc.nat(5), (given, remaining) => {
        const more = combineVerdicts([...given, toVerdict("more", { remaining })]);
        const { outcome, violated, retryAfterMs } = combineVerdicts(given);
        expect(more).toMatchObject({ outcome, violated, retryAfterMs });
      }),
    );
  });
});

describe("toPolicyVerdict()", () => {
  const policy = (algorithm: AlgorithmName): Policy =>
    ({ name: "p", algorithm, limit: 3, windowMs: 60_000 }) as Policy;
  const verdict = {
    policy: "p",
    outcome: "denied",
    remaining: 0,
    retryAfterMs: 40_000,
    resetMs: 60_000,
  } as const;
  const toWaits = (algorithm: AlgorithmName, given: Partial<PolicyVerdict> = {}): readonly number[] => {
    const { retryAfterMs, resetMs } = toPolicyVerdict({ ...verdict, ...given }, policy(algorithm));
    return [retryAfterMs, resetMs];
  };

  test("says of a permit that it may be free a second later, whatever lost ones take", () => {
    expect(toWaits("concurrency")).toEqual([1_000, 1_000]);
    expect(toWaits("concurrency", { retryAfterMs: 300, resetMs: 900 })).toEqual([300, 900]);
    expect(toWaits("concurrency", { outcome: "allowed", retryAfterMs: 0 })).toEqual([0, 1_000]);
  });

  test("leaves a banned client nothing, whatever its counter has", () => {
    const left = { ...verdict, remaining: 3, isBanned: true };
    for (const algorithm of Object.keys(algorithms) as AlgorithmName[])
      expect(toPolicyVerdict(left, policy(algorithm))).toMatchObject({ remaining: 0, retryAfterMs: 40_000 });
  });

  test("keeps waits that are exact: of every other algorithm, of a ban, of what is never admitted", () => {
    for (const algorithm of Object.keys(algorithms) as AlgorithmName[])
      if (algorithm !== "concurrency") expect(toWaits(algorithm)).toEqual([40_000, 60_000]);
    expect(toWaits("concurrency", { isBanned: true })).toEqual([40_000, 60_000]);
    expect(toWaits("concurrency", { outcome: "impossible", retryAfterMs: Infinity })[0]).toBe(Infinity);
  });
});
