// Rule 1 across crashes and rule 10: whatever is written when, a table that starts again from its rows never admits more
// than the policy allows, and rows are few.

import fc from "fast-check";
import { expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { MESSAGE_VERSION } from "../../../src/core/counters/counter-messages.ts";
import { isAllowed, MapStore, toCheck, toRequest, toTake } from "./map-store.ts";
import { toRuns } from "../../property-runs.ts";

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
  {
    options: { algorithm: "sliding-window-log", limit: 12, window: "3s" },
    bound: (lengthMs: number) => (lengthMs < 3_000 ? 12 : Infinity),
  },
  {
    options: { algorithm: "sliding-window-counter", limit: 12, window: "3s" },
    bound: (lengthMs: number) => (lengthMs < 3_000 ? 23 : Infinity),
  },
  {
    options: { algorithm: "fixed-window", limit: 12, window: "3s", align: "first-request" },
    bound: (lengthMs: number) => (lengthMs < 3_000 ? 23 : Infinity),
  },
  {
    options: { algorithm: "concurrency", limit: 12, expires: "3s" },
    bound: (lengthMs: number) => (lengthMs < 3_000 ? 12 : Infinity),
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
      { numRuns: toRuns(300) },
    );
  },
);

/** Units that a restart costs a key that has just been used this often. */
function toLost(options: Record<string, unknown>, times: number): number {
  const store = new MapStore();
  const check = toCheck("p", options);
  const table = new CounterTable(store, 10);
  for (let time = 0; time < times; time += 1) table.handle(toTake("k", check), START_MS + time);
  const left = ({ handle }: Pick<CounterTable, "handle">): number =>
    handle(toTake("k", { ...check, cost: 0 }), START_MS + times).verdicts[0]?.remaining ?? NaN;
  const restarted = new CounterTable(store, 10);
  return left({ handle: table.handle.bind(table) }) - left({ handle: restarted.handle.bind(restarted) });
}

test.each([
  { algorithm: "token-bucket", limit: 1_000, window: "24h" },
  { algorithm: "sliding-window", limit: 1_000, window: "24h" },
  { algorithm: "quota", limit: 1_000, period: "month" },
])("a restart costs nothing after three requests, else at most what the burst used: %o", (options) => {
  expect([1, 2, 3].map((times) => toLost(options, times))).toEqual([0, 0, 0]);
  for (const times of [4, 5, 8, 9, 17, 18, 19, 40, 100, 300]) {
    expect(toLost(options, times)).toBeGreaterThanOrEqual(0);
    expect(toLost(options, times)).toBeLessThanOrEqual(times);
  }
});

test.each([
  { algorithm: "sliding-window", limit: 100, window: "1h" },
  { algorithm: "quota", limit: 100, period: "month" },
])("a key that is used now and then gets its whole limit, evicted after every request: %o", (options) => {
  const store = new MapStore();
  let admitted = 0;
  for (let time = 0; time < 110; time += 1) {
    const table = new CounterTable(store, 10);
    if (isAllowed(table.handle(toTake("k", toCheck("p", options)), START_MS + time * 30_000))) admitted += 1;
  }
  expect(admitted).toBe(100);
});

test.each([
  { algorithm: "token-bucket", limit: 6_000, window: "1m" },
  { algorithm: "token-bucket", limit: 100, window: "1s" },
  { algorithm: "sliding-window", limit: 6_000, window: "1m" },
  { algorithm: "sliding-window", limit: 50, window: "1s" },
])("a hot key writes at most a row a second for minutes, and eight more at its start: %o", (options) => {
  const store = new MapStore();
  const table = new CounterTable(store, 10);
  const seconds = toRuns(120);
  for (let ms = 0; ms < seconds * 1_000; ms += 4)
    table.handle(toTake("k", toCheck("p", options)), START_MS + ms);
  // A row pays for the second after it: those that the last burst began with are ahead by as many seconds.
  expect(store.writes).toBeLessThanOrEqual(seconds + 8);
});

const schedule = fc.array(
  fc.record({
    waitMs: fc.oneof(fc.constant(0), fc.nat(20), fc.nat(400), fc.nat(4_000)),
    times: fc.oneof(fc.constant(1), fc.nat(5), fc.nat(40)),
  }),
  { minLength: 1, maxLength: 30 },
);

interface Written {
  readonly atMs: number;
  readonly isWritten: boolean;
}

/** When something was admitted, and whether that wrote a row. */
function toWritten(
  table: CounterTable,
  store: MapStore,
  given: readonly { waitMs: number; times: number }[],
): readonly Written[] {
  const check = toCheck("p", { algorithm: "token-bucket", limit: 1_000_000, window: "24h" });
  const written: Written[] = [];
  let atMs = START_MS;
  for (const { waitMs, times } of given) {
    atMs += waitMs;
    for (let time = 0; time < times; time += 1) {
      const { writes } = store;
      table.handle(toTake("k", check), atMs);
      written.push({ atMs, isWritten: store.writes > writes });
    }
  }
  return written;
}

test("in any second n requests write at most 4 + log2(n / 4 + 1) rows, whatever came before", () => {
  fc.assert(
    fc.property(schedule, (given) => {
      const store = new MapStore();
      const written = toWritten(new CounterTable(store, 10), store, given);
      for (const [first, { atMs, isWritten }] of written.entries()) {
        if (!isWritten) continue;
        let rows = 0;
        for (let index = first; (written[index]?.atMs ?? Infinity) < atMs + 1_000; index += 1) {
          if (!(written[index]?.isWritten ?? false)) continue;
          rows += 1;
          const requests = index - first + 1;
          expect(rows).toBeLessThanOrEqual(4 + Math.floor(Math.log2(requests / 4 + 1)));
        }
      }
    }),
    { numRuns: toRuns(100) },
  );
});

test("over t seconds n requests write at most t + 4 + log2(n) rows", () => {
  fc.assert(
    fc.property(schedule, (given) => {
      const store = new MapStore();
      const written = toWritten(new CounterTable(store, 10), store, given);
      const seconds = ((written.at(-1)?.atMs ?? START_MS) - START_MS) / 1_000;
      expect(store.writes).toBeLessThanOrEqual(seconds + 4 + Math.log2(Math.max(1, written.length)));
    }),
    { numRuns: toRuns(100) },
  );
});

test("a restart never costs more than the key has used since it was idle, whenever it comes", () => {
  fc.assert(
    fc.property(schedule, (given) => {
      const store = new MapStore();
      const table = new CounterTable(store, 10);
      const check = toCheck("p", { algorithm: "quota", limit: 10_000, period: "month" });
      const peek = (from: CounterTable, atMs: number): number =>
        from.handle(toTake("k", { ...check, cost: 0 }), atMs).verdicts[0]?.remaining ?? NaN;
      let atMs = START_MS;
      let used = 0;
      for (const { waitMs, times } of given) {
        atMs += waitMs;
        for (let time = 0; time < times; time += 1) table.handle(toTake("k", check), atMs);
        used += times;
        const lost = peek(table, atMs) - peek(new CounterTable(store, 10), atMs);
        expect(lost).toBeGreaterThanOrEqual(0);
        expect(lost).toBeLessThanOrEqual(used);
      }
    }),
    { numRuns: toRuns(100) },
  );
});

test.each([1, 2, 3, 10, 33, 250])(
  "a key that is asked %i times a second writes no two rows within one second, once its first is over",
  (perSecond) => {
    const store = new MapStore();
    const table = new CounterTable(store, 10);
    const check = toCheck("p", { algorithm: "token-bucket", limit: 1_000_000, window: "24h" });
    const writtenMs: number[] = [];
    for (let index = 0; index < perSecond * 30; index += 1) {
      const atMs = START_MS + Math.floor((index * 1_000) / perSecond);
      const { writes } = store;
      table.handle(toTake("k", check), atMs);
      if (store.writes > writes && atMs >= START_MS + 2_000) writtenMs.push(atMs);
    }
    const gapsMs = writtenMs.slice(1).map((atMs, index) => atMs - (writtenMs[index] ?? 0));
    expect(writtenMs.length).toBeGreaterThan(15);
    expect(Math.min(...gapsMs)).toBeGreaterThanOrEqual(1_000);
  },
);

test("permits that come back once a burst is over stay back: a restart finds them free", () => {
  const store = new MapStore();
  const table = new CounterTable(store, 10);
  const check = toCheck("p", { algorithm: "concurrency", limit: 30, expires: "1h" });
  const { policy, algorithm, settings } = check;
  for (let index = 0; index < 20; index += 1)
    table.handle(toRequest("take", [{ key: "k", checks: [check] }], `d${index}`), START_MS);
  for (let index = 0; index < 20; index += 1) {
    const checks = [{ policy, algorithm, settings, taken: 1, actual: 0 }];
    // Within the time that the rows of the burst have paid for, but a second after each other.
    const keys = [{ key: "k", checks }];
    const settlement = { version: MESSAGE_VERSION, id: `d${index}`, takenAtMs: START_MS, keys } as const;
    table.settle(settlement, START_MS + 1_000 + index * 200);
  }
  const restarted = new CounterTable(store, 10);
  const { verdicts } = restarted.handle(toTake("k", { ...check, cost: 0 }), START_MS + 5_000);
  expect(verdicts[0]?.remaining).toBeGreaterThanOrEqual(26);
});

test("100 requests at once on a fresh key write at most seven rows", () => {
  const store = new MapStore();
  const table = new CounterTable(store, 10);
  const check = toCheck("p", { algorithm: "sliding-window", limit: 60, window: "1m" });
  const admitted = Array.from({ length: 100 }, () => table.handle(toTake("k", check), START_MS)).filter(
    isAllowed,
  );
  expect(admitted).toHaveLength(60);
  expect(store.writes).toBeLessThanOrEqual(7);
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
