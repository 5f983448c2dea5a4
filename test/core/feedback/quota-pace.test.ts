import { describe, expect, test } from "vitest";
import { learnReading, NOTHING, type QuotaRules } from "../../../src/core/feedback/quota-knowledge.ts";
import { QuotaPace } from "../../../src/core/feedback/quota-pace.ts";
import type { Reading } from "../../../src/core/feedback/reading.ts";

/** 100 units in 100 seconds: its own rate is one a second. */
const RULES: QuotaRules = {
  paceFromPercent: 80,
  stopMsMax: 3_600_000,
  readingMs: 3_600_000,
  limit: 100,
  windowMs: 100_000,
};

function tell(pace: QuotaPace, reading: Omit<Reading, "scope">, nowMs: number): void {
  const known = learnReading(
    pace.known,
    { scope: "app", ...reading },
    { rules: pace.rules, askedMs: nowMs, nowMs },
  );
  pace.learn(known, 0.001);
}

function toPace(reading: Omit<Reading, "scope">, rules = RULES): QuotaPace {
  const pace = new QuotaPace(rules);
  tell(pace, reading, 0);
  return pace;
}

/** How many calls go out in a time, asked for every 10 ms, without any answer. */
function countCalls(pace: QuotaPace, fromMs: number, toMs: number, answer?: Omit<Reading, "scope">): number {
  let calls = 0;
  for (let nowMs = fromMs; nowMs < toMs; nowMs += 10) {
    if (pace.waitMs(nowMs) > 0) continue;
    pace.book(nowMs);
    calls += 1;
    if (answer !== undefined) tell(pace, answer, nowMs);
  }
  return calls;
}

describe("waitMs()", () => {
  test.each([
    [79, 1_000],
    // (100 - used) / 3 of the quota's own rate, which is ten in these ten seconds.
    [80, 67],
    [90, 33],
    [97, 10],
    [98.5, 5],
  ])("paces a rolling quota of which %i %% are used: %i calls in ten seconds", (usagePercent, calls) => {
    const pace = toPace({ usagePercent });
    const counted = countCalls(pace, 1, 10_001, { usagePercent });
    expect(counted).toBeGreaterThanOrEqual(calls * 0.93);
    expect(counted).toBeLessThanOrEqual(calls + 2);
  });

  test("counts the calls that no answer has counted yet", () => {
    // 19 more are 99 %: two thirds of the pace have gone by then.
    expect(countCalls(toPace({ usagePercent: 80 }), 1, 1_001)).toBeLessThan(7);
    expect(countCalls(toPace({ usagePercent: 0 }), 1, 1_001)).toBeLessThan(88);
  });

  test("forgets calls that nobody answers", () => {
    const pace = toPace({ usagePercent: 97 });
    countCalls(pace, 1, 5_001);
    expect(pace.waitMs(30_000)).toBe(0);
  });

  test("spreads what remains until the reset evenly, and uses all of it", () => {
    const pace = toPace({ remaining: 20, limit: 100, resetMs: 10_000 });
    expect(countCalls(pace, 1, 5_001)).toBeGreaterThanOrEqual(9);
    expect(countCalls(pace, 5_001, 9_999)).toBeGreaterThanOrEqual(9);
    expect(countCalls(pace, 1, 9_999)).toBe(0);
  });

  test("does not pace what remains in plenty", () => {
    expect(countCalls(toPace({ remaining: 60, limit: 100, resetMs: 10_000 }), 1, 101)).toBe(10);
  });

  test("tells a stop in full and a pace in small parts", () => {
    expect(toPace({ stopMs: 90_000 }).waitMs(1_000)).toBe(89_000);
    const pace = toPace({ usagePercent: 99.9 });
    pace.book(1);
    expect(pace.waitMs(1)).toBe(1_000);
  });

  test("comes back gradually after a stop", () => {
    const pace = toPace({ stopMs: 60_000 }, { ...RULES, limit: 1_000, windowMs: 500_000 });
    expect(pace.waitMs(59_999)).toBe(1);
    const seconds = Array.from({ length: 10 }, (_, at) =>
      countCalls(pace, 60_000 + at * 1_000, 61_000 + at * 1_000, { usagePercent: 0 }),
    );
    expect(seconds[0]).toBeLessThanOrEqual(2);
    expect(seconds[9]).toBeGreaterThanOrEqual(3);
    expect(Math.max(...seconds.slice(0, 5))).toBeLessThan(Math.max(...seconds.slice(5)));
    expect(seconds.reduce((sum, calls) => sum + calls, 0)).toBeLessThanOrEqual(24);
    expect(countCalls(pace, 70_000, 71_000, { usagePercent: 0 })).toBe(100);
  });

  test("lets one call try after a guessed stop, and one after another such time", () => {
    const pace = toPace({ usagePercent: 100, isRefused: true });
    expect(pace.waitMs(1_999)).toBe(1);
    expect([pace.mustProbe(2_000), pace.waitMs(2_000)]).toEqual([true, 0]);
    pace.book(2_000);
    expect(countCalls(pace, 2_000, 3_990)).toBe(0);
    expect(pace.waitMs(4_000)).toBe(0);
  });

  test("leaves others their part", () => {
    const rates = [
      { perSecond: 0, rivals: 0 },
      { perSecond: 5, rivals: 0 },
      { perSecond: 0, rivals: 1 },
      { perSecond: 1_000, rivals: 0 },
    ].map((others) => {
      const pace = toPace({ usagePercent: 70 });
      tell(pace, { usagePercent: 70 }, 0);
      pace.others = others;
      return countCalls(pace, 1, 10_001, { usagePercent: 80 });
    });
    const [alone = 0, beside = 0, half = 0, least = 0] = rates;
    expect(beside).toBeLessThan(alone - 40);
    expect(half).toBeLessThan(alone * 0.6);
    expect(least).toBeGreaterThan(3);
    expect(least).toBeLessThan(alone * 0.2);
  });

  test("gives a place back that was not used", () => {
    const pace = toPace({ usagePercent: 97 });
    for (let time = 0; time < 50; time += 1) {
      expect(pace.waitMs(1)).toBe(0);
      pace.book(1);
      pace.release();
    }
  });

  test("never waits for ever, whatever is read", () => {
    const pace = new QuotaPace({ ...RULES, limit: undefined, windowMs: undefined });
    expect(pace.waitMs(0)).toBe(0);
    for (const reading of [
      { usagePercent: 99.99 },
      { remaining: 0, limit: 0 },
      { remaining: 1, resetMs: 1e300 },
    ]) {
      tell(pace, reading, 0);
      pace.book(0);
      expect(pace.waitMs(0)).toBeLessThanOrEqual(3_600_000);
    }
    expect(pace.known).not.toBe(NOTHING);
  });
});
