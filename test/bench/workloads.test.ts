import { describe, expect, test } from "vitest";
import { createVisitors } from "../../bench/workloads/visitors.ts";

describe("createVisitors()", () => {
  const countAll = (perSecond: number, seconds: number): ReadonlyMap<string, readonly number[]> => {
    let nowMs = 0;
    const next = createVisitors(() => nowMs);
    const seen = new Map<string, number[]>();
    for (let sent = 0; sent < perSecond * seconds; sent += 1) {
      nowMs = (sent / perSecond) * 1_000;
      const address = next();
      seen.set(address, [...(seen.get(address) ?? []), nowMs]);
    }
    return seen;
  };

  test("has each client come eight times within two seconds, at any rate, and never again", () => {
    for (const perSecond of [5, 100, 2_000]) {
      const visits = [...countAll(perSecond, 10).values()];
      const over = visits.filter(([first = 0]) => first < 7_000);
      expect(over.map(({ length }) => length)).toEqual(over.map(() => 8));
      const longest = Math.max(...over.map(([first = 0, ...later]) => (later.at(-1) ?? 0) - first));
      expect([perSecond, longest > 1_900, longest <= 3_500]).toEqual([perSecond, true, true]);
    }
  });

  test("lets nobody come back after a pause", () => {
    let nowMs = 0;
    const next = createVisitors(() => nowMs);
    const before = new Set(Array.from({ length: 50 }, next));
    nowMs = 10_000;
    expect(Array.from({ length: 50 }, next).filter((address) => before.has(address))).toEqual([]);
  });
});
