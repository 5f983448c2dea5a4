// Rule 1 across crashes and rule 10: whatever is written when, a table that starts again from its rows never admits more
// than the policy allows, and rows are few.

import fc from "fast-check";
import { expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { isAllowed, MapStore, toCheck, toTake } from "./map-store.ts";

const START_MS = 1_700_000_000_000;

interface Admitted {
  readonly atMs: number;
  readonly units: number;
}

const step = fc.record({
  waitMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 5_000 })),
  cost: fc.integer({ min: 1, max: 3 }),
  crash: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
});

function run(
  options: Record<string, unknown>,
  steps: readonly { waitMs: number; cost: number; crash: boolean }[],
): readonly Admitted[] {
  const store = new MapStore();
  let table = new CounterTable(store, 10);
  let nowMs = START_MS;
  const admitted: Admitted[] = [];
  for (const { waitMs, cost, crash } of steps) {
    nowMs += waitMs;
    if (crash) table = new CounterTable(store, 10);
    if (isAllowed(table.handle(toTake("k", toCheck("p", options, cost)), nowMs)))
      admitted.push({ atMs: nowMs, units: cost });
  }
  return admitted;
}

/** The most units admitted in any interval of up to this length that starts with an admission. */
function toWorst(admitted: readonly Admitted[], bound: (lengthMs: number) => number): number {
  let worst = -Infinity;
  for (const [first, { atMs }] of admitted.entries()) {
    let units = 0;
    for (const later of admitted.slice(first)) {
      units += later.units;
      worst = Math.max(worst, units - bound(later.atMs - atMs));
    }
  }
  return worst;
}

const CASES = [
  {
    options: { algorithm: "token-bucket", limit: 20, window: "10s", burst: 7 },
    bound: (lengthMs: number) => 7 + (20 * lengthMs) / 10_000,
  },
  {
    options: { algorithm: "sliding-window", limit: 12, window: "3s" },
    bound: (lengthMs: number) => (lengthMs < 3_000 ? 12 : Infinity),
  },
  {
    options: { algorithm: "sliding-window", limit: 40, window: "1m", subWindows: 4 },
    bound: (lengthMs: number) => (lengthMs < 60_000 ? 40 : Infinity),
  },
];

test.each(CASES)(
  "$options.algorithm of $options.limit in $options.window never over-admits across crashes",
  ({ options, bound }) => {
    fc.assert(
      fc.property(
        fc.array(step, { minLength: 1, maxLength: 120 }),
        (steps) => toWorst(run(options, steps), bound) <= 0,
      ),
      { numRuns: 300 },
    );
  },
);

test("a crash costs a key that is hardly used at most an eighth of its quota", () => {
  const store = new MapStore();
  const check = toCheck("p", { algorithm: "token-bucket", limit: 1_000, window: "24h" });
  new CounterTable(store, 10).handle(toTake("k", check), START_MS);
  const { verdicts } = new CounterTable(store, 10).handle(toTake("k", { ...check, cost: 0 }), START_MS);
  expect(verdicts[0]?.remaining).toBe(999 - 124);
});

test.each([
  { algorithm: "token-bucket", limit: 6_000, window: "1m" },
  { algorithm: "token-bucket", limit: 100, window: "1s" },
  { algorithm: "sliding-window", limit: 6_000, window: "1m" },
  { algorithm: "sliding-window", limit: 50, window: "1s" },
])("a hot key writes at most a row a second: %o", (options) => {
  const store = new MapStore();
  const table = new CounterTable(store, 10);
  const seconds = 120;
  for (let ms = 0; ms < seconds * 1_000; ms += 4)
    table.handle(toTake("k", toCheck("p", options)), START_MS + ms);
  expect(store.writes).toBeLessThanOrEqual(seconds + 3);
});

test("100 requests at once on a fresh key write at most four rows", () => {
  const store = new MapStore();
  const table = new CounterTable(store, 10);
  const check = toCheck("p", { algorithm: "sliding-window", limit: 60, window: "1m" });
  const admitted = Array.from({ length: 100 }, () => table.handle(toTake("k", check), START_MS)).filter(
    isAllowed,
  );
  expect(admitted).toHaveLength(60);
  expect(store.writes).toBeLessThanOrEqual(4);
});

test("a denied request writes nothing", () => {
  const store = new MapStore();
  const table = new CounterTable(store, 10);
  const check = toCheck("p", { algorithm: "sliding-window", limit: 3, window: "1m" });
  table.handle(toTake("k", { ...check, cost: 3 }), START_MS);
  const { writes } = store;
  for (let index = 0; index < 100; index += 1) table.handle(toTake("k", check), START_MS + 2_000 + index);
  expect(store.writes).toBe(writes);
});
