import { describe, expect, test } from "vitest";
import { decideChecks } from "../../../src/core/counters/decide-checks.ts";
import {
  consumeChecks,
  findChangedAlgorithms,
  type Correction,
  settleChecks,
} from "../../../src/core/counters/key-counters.ts";
import type { KeyCounters } from "../../../src/core/counters/key-state.ts";
import type { Check } from "../../../src/core/counters/counter-messages.ts";
import { toCheck } from "./map-store.ts";

const NOW_MS = 1_700_000_000_000;
const NEVER_SEEN: KeyCounters = { live: new Map(), bans: new Map() };

const day = { algorithm: "sliding-window-log", limit: 10, window: "24h" };
const p = toCheck("p", day);

function used({ live }: KeyCounters, check: Check = p): number {
  const asked = {
    check: { ...check, cost: 0 },
    counter: live.get(check.policy)?.counter,
    reserved: 0,
    banMs: 0,
  };
  return 10 - (decideChecks([asked], NOW_MS).verdicts[0]?.remaining ?? NaN);
}

function consume(...costs: readonly number[]): KeyCounters {
  return costs.reduce(
    (counters, cost) => consumeChecks(counters, [{ ...p, cost }], NOW_MS).counters,
    NEVER_SEEN,
  );
}

const at = { nowMs: NOW_MS, takenAtMs: NOW_MS };
const toOwed = (units: number, check: Check = p): Correction => ({ ...check, units });

describe("consumeChecks()", () => {
  test("takes every check's cost, and a row is written for it", () => {
    const { counters, mustWrite } = consumeChecks(
      NEVER_SEEN,
      [
        { ...p, cost: 3 },
        { ...p, policy: "q", cost: 4 },
      ],
      NOW_MS,
    );
    expect([used(counters), used(counters, { ...p, policy: "q" }), mustWrite]).toEqual([3, 4, true]);
  });

  test("of nothing changes nothing and writes nothing: a peek, a shadow that denies", () => {
    const full = consume(10);
    for (const checks of [[], [{ ...p, cost: 0 }], [{ ...p, isShadow: true }]]) {
      const { counters, mustWrite } = consumeChecks(full, checks, NOW_MS);
      expect([counters.live, mustWrite]).toEqual([full.live, false]);
    }
    expect(consumeChecks(NEVER_SEEN, [{ ...p, cost: 0 }], NOW_MS).counters.live.size).toBe(0);
  });

  test("of a shadow that allows takes its cost", () => {
    expect(used(consumeChecks(NEVER_SEEN, [{ ...p, isShadow: true }], NOW_MS).counters)).toBe(1);
  });

  test("starts afresh where another algorithm left its counter", () => {
    const bucket = toCheck("p", { algorithm: "token-bucket", limit: 10, window: "24h" }, 10);
    const before = consumeChecks(NEVER_SEEN, [bucket], NOW_MS).counters;
    const { counters } = consumeChecks(before, [{ ...p, cost: 2 }], NOW_MS);
    expect([used(before, bucket), used(counters)]).toEqual([10, 2]);
    expect(findChangedAlgorithms(before, [p, { ...p, policy: "q" }])).toEqual(["p"]);
    expect(findChangedAlgorithms(counters, [p])).toEqual([]);
    // A peek leaves the old one where it is.
    expect(findChangedAlgorithms(before, [{ ...p, cost: 0 }])).toEqual([]);
  });

  test("leaves what it was given as it was", () => {
    const before = consume(3);
    consumeChecks(before, [p], NOW_MS);
    expect(used(before)).toBe(3);
  });
});

describe("settleChecks()", () => {
  const settled: readonly (readonly [costs: readonly number[], units: number, left: number])[] = [
    [[3], -3, 0],
    [[3], -1, 2],
    [[3], 4, 7],
    [[3], 0, 3],
    // Nothing gives back more than is in use, and nothing holds more than it can.
    [[3], -100, 0],
    [[3], 100, 10],
    [[], 4, 4],
  ];
  test.each(settled)("after costs %j: %i units more leave %i in use", (costs, units, left) => {
    expect(used(settleChecks(consume(...costs), [toOwed(units)], at).counters)).toBe(left);
  });

  test("writes a row for what is put on, and for what a key that is hardly used gets back", () => {
    expect(settleChecks(consume(3), [toOwed(4)], at).mustWrite).toBe(true);
    expect(settleChecks(consume(3), [toOwed(-3)], at).mustWrite).toBe(true);
    expect(settleChecks(consume(1, 1, 1, 1), [toOwed(-1)], at).mustWrite).toBe(false);
    expect(settleChecks(consume(3), [toOwed(0)], at).mustWrite).toBe(false);
  });

  test("gives back what was taken, wherever in time that was", () => {
    const later = consumeChecks(consume(2), [{ ...p, cost: 5 }], NOW_MS + 60_000).counters;
    const { counters } = settleChecks(later, [toOwed(-2)], { nowMs: NOW_MS + 120_000, takenAtMs: NOW_MS });
    const asked = {
      check: { ...p, cost: 6 },
      counter: counters.live.get("p")?.counter,
      reserved: 0,
      banMs: 0,
    };
    const [verdict] = decideChecks([asked], NOW_MS + 120_000).verdicts;
    // What is still in use was taken at one minute, and comes back a day after that.
    expect(verdict).toMatchObject({ outcome: "denied", remaining: 5, retryAfterMs: 86_340_000 });
  });

  test("gives nothing back to a counter that is not there, or that another algorithm left", () => {
    expect(settleChecks(NEVER_SEEN, [toOwed(-3)], at)).toEqual({
      counters: NEVER_SEEN,
      mustWrite: false,
      isReturned: false,
      used: [],
    });
    const bucket = toCheck("p", { algorithm: "token-bucket", limit: 10, window: "24h" }, 10);
    const { counters } = settleChecks(consume(3), [toOwed(-3, bucket)], at);
    expect(used(counters)).toBe(3);
  });
});
