import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import type { Check } from "../../../src/core/counters/counter-messages.ts";
import { toCrossed } from "../../../src/core/counters/crossing.ts";
import { toRuns } from "../../property-runs.ts";
import { MapStore, toCheck, toRequest, toTake } from "./map-store.ts";

const NOW_MS = 1_700_000_000_000;
const HOUR_MS = 3_600_000;
const ten = { algorithm: "sliding-window-log", limit: 10, window: "1h" };

const take = (table: CounterTable, key: string, { check, nowMs }: { check: Check; nowMs: number }): unknown =>
  table.handle(toTake(key, check), nowMs).verdicts[0]?.crossed;

test.each([
  [{ before: 7, after: 8, limit: 10 }, 80],
  [{ before: 8, after: 9, limit: 10 }, undefined],
  [{ before: 9, after: 10, limit: 10 }, 100],
  [{ before: 0, after: 10, limit: 10 }, 100],
  [{ before: 0, after: 7, limit: 10 }, undefined],
  // A share that is no whole number of units is crossed by the first unit above it.
  [{ before: 2, after: 3, limit: 3 }, 100],
  [{ before: 4, after: 5, limit: 6 }, 80],
  [{ before: 10, after: 10, limit: 10 }, undefined],
])("toCrossed(%o) is %s", (use, percent) => {
  expect(toCrossed(use)).toBe(percent);
});

describe("a counter table", () => {
  test("tells 80 % and 100 % of a quota with the very decisions that cross them", () => {
    const table = new CounterTable(new MapStore(), 10);
    const crossed = Array.from({ length: 12 }, () =>
      take(table, "k", { check: toCheck("p", ten), nowMs: NOW_MS }),
    );
    expect(crossed.map((percent) => percent ?? 0)).toEqual([0, 0, 0, 0, 0, 0, 0, 80, 0, 100, 0, 0]);
  });

  test("tells a crossing by a commit, and none by the hold before it", () => {
    const table = new CounterTable(new MapStore(), 10);
    const keys = [{ key: "k", checks: [toCheck("p", ten, 9)] }];
    const tell = (phase: "hold" | "commit"): unknown =>
      table.handle(toRequest(phase, keys, "one"), NOW_MS).verdicts[0]?.crossed;
    expect([tell("hold"), tell("commit")]).toEqual([undefined, 80]);
  });

  test("tells a share once until the quota has come back, though units are given back and taken anew", () => {
    const table = new CounterTable(new MapStore(), 10);
    const request = toTake("k", toCheck("p", ten, 8));
    const { verdicts, takenAtMs } = table.handle(request, NOW_MS);
    const { policy, algorithm, settings } = toCheck("p", ten);
    const checks = [{ policy, algorithm, settings, taken: 8, actual: 0 }];
    table.settle({ version: 1, id: request.id, takenAtMs, keys: [{ key: "k", checks }] }, NOW_MS);
    const again = take(table, "k", { check: toCheck("p", ten, 8), nowMs: NOW_MS + 1 });
    const later = take(table, "k", { check: toCheck("p", ten, 8), nowMs: NOW_MS + 2 * HOUR_MS });
    expect([verdicts[0]?.crossed, again, later]).toEqual([80, undefined, 80]);
  });

  test("tells it again after an operator's reset", () => {
    const table = new CounterTable(new MapStore(), 10);
    const cross = (): unknown => take(table, "k", { check: toCheck("p", ten, 8), nowMs: NOW_MS });
    const first = cross();
    table.reset({ version: 1, key: "k", policies: ["p"] }, NOW_MS);
    expect([first, cross()]).toEqual([80, 80]);
  });

  test("tells nothing of permits, peeks and denials", () => {
    const table = new CounterTable(new MapStore(), 10);
    const permit = toCheck("c", { algorithm: "concurrency", limit: 1 });
    const peek = toCheck("p", ten, 0);
    const dear = toCheck("p", ten, 11);
    expect([permit, peek, dear].map((check) => take(table, "k", { check, nowMs: NOW_MS }))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test("tells each share exactly once for each key that fills its quota, whatever requests cost", () => {
    const costs = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(
        costs,
        fc.constantFrom("sliding-window-log", "token-bucket", "fixed-window"),
        (all, algorithm) => {
          const table = new CounterTable(new MapStore(), 10);
          const options = { algorithm, limit: 100, window: "1h" };
          let used = 0;
          const wanted: unknown[] = [];
          const told: unknown[] = [];
          for (const cost of all) {
            const crossed = take(table, "k", { check: toCheck("p", options, cost), nowMs: NOW_MS });
            if (crossed !== undefined) told.push(crossed);
            if (used + cost > 100) continue;
            const before = used;
            used += cost;
            if (before < 100 && used === 100) wanted.push(100);
            else if (before < 80 && used >= 80) wanted.push(80);
          }
          expect(told).toEqual(wanted);
        },
      ),
      { numRuns: toRuns(100) },
    );
  });
});
