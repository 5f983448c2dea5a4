// What a decision really cost, told afterwards: counted once, whatever happens in between.

import { describe, expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { type Check, MESSAGE_VERSION, type Settlement } from "../../../src/core/counters/counter-messages.ts";
import { isAllowed, MapStore, toCheck, toRequest, toTake } from "./map-store.ts";

const NOW_MS = 1_700_000_000_000;
const day = { algorithm: "sliding-window-log", limit: 20, window: "24h" };

interface Settled {
  readonly id: string;
  readonly taken: number;
  readonly actual: number;
  readonly takenAtMs?: number;
}

/** A table over rows that outlive it. */
class Desk {
  readonly store = new MapStore();
  readonly check: Check;
  #table = new CounterTable(this.store, 10);

  constructor(options: Record<string, unknown> = day) {
    this.check = toCheck("p", options);
  }

  take(id: string, cost: number, nowMs = NOW_MS): boolean {
    const keys = [{ key: "k", checks: [{ ...this.check, cost }] }];
    return isAllowed(this.#table.handle(toRequest("take", keys, id), nowMs));
  }

  settle({ id, taken, actual, takenAtMs = NOW_MS }: Settled, nowMs = NOW_MS): void {
    const { policy, algorithm, settings } = this.check;
    const checks = [{ policy, algorithm, settings, taken, actual }];
    this.#table.settle({ version: MESSAGE_VERSION, id, takenAtMs, keys: [{ key: "k", checks }] }, nowMs);
  }

  left(nowMs = NOW_MS): number {
    return this.#table.handle(toTake("k", { ...this.check, cost: 0 }), nowMs).verdicts[0]?.remaining ?? NaN;
  }

  restart(): void {
    this.#table = new CounterTable(this.store, 10);
  }
}

describe("settle()", () => {
  const cases: readonly (readonly [taken: number, actuals: readonly number[], left: number])[] = [
    [5, [0], 20],
    [5, [2], 18],
    [5, [5], 15],
    [5, [12], 8],
    // More than there is: the counter is full, and no more than full.
    [5, [1_000], 0],
    [0, [3], 17],
    // The last word counts, once.
    [5, [2, 2, 2], 18],
    [5, [12, 12], 8],
    [5, [0, 7, 3], 17],
    [5, [12, 0], 20],
  ];
  test.each(cases)("of a decision that took %i to %j leaves %i", (taken, actuals, left) => {
    const desk = new Desk();
    expect(desk.take("one", taken)).toBe(true);
    for (const actual of actuals) desk.settle({ id: "one", taken, actual });
    expect(desk.left()).toBe(left);
  });

  test("of one decision leaves the others alone", () => {
    const desk = new Desk();
    desk.take("one", 5);
    desk.take("two", 6);
    for (let time = 0; time < 3; time += 1) desk.settle({ id: "one", taken: 5, actual: 0 });
    expect(desk.left()).toBe(20 - 6);
  });

  test("of one policy leaves the other policies of the decision alone", () => {
    const table = new CounterTable(new MapStore(), 10);
    const [p, q] = [toCheck("p", day, 5), toCheck("q", day, 5)];
    const keys = [{ key: "k", checks: [p, q] }];
    table.handle(toRequest("take", keys, "one"), NOW_MS);
    const settle = (check: Check): void => {
      const checks = [{ ...check, taken: 5, actual: 0 }];
      const settlement: Settlement = {
        version: MESSAGE_VERSION,
        id: "one",
        takenAtMs: NOW_MS,
        keys: [{ key: "k", checks }],
      };
      table.settle(settlement, NOW_MS);
    };
    const left = (): readonly number[] =>
      table
        .handle(toTake("k", { ...p, cost: 0 }, { ...q, cost: 0 }), NOW_MS)
        .verdicts.map(({ remaining }) => remaining);
    settle(p);
    settle(p);
    expect(left()).toEqual([20, 15]);
    settle(q);
    expect(left()).toEqual([20, 20]);
  });

  test("of a decision from before a restart gives back what it took, once", () => {
    const desk = new Desk();
    desk.take("one", 5);
    desk.take("two", 6);
    desk.restart();
    for (let time = 0; time < 3; time += 1) desk.settle({ id: "one", taken: 5, actual: 1 });
    expect(desk.left()).toBe(20 - 6 - 1);
  });

  test("puts on what a decision from before a restart cost more, once", () => {
    const desk = new Desk();
    desk.take("one", 5);
    desk.restart();
    for (let time = 0; time < 3; time += 1) desk.settle({ id: "one", taken: 5, actual: 9 });
    desk.restart();
    expect(desk.left()).toBe(20 - 9);
  });

  test("outlives a restart: what a key that is hardly used got back stays back", () => {
    const desk = new Desk();
    for (let round = 0; round < 100; round += 1) {
      const nowMs = NOW_MS + round * 20_000;
      expect(desk.take(`r${round}`, 1, nowMs)).toBe(true);
      desk.settle({ id: `r${round}`, taken: 1, actual: 0, takenAtMs: nowMs }, nowMs + 300);
      desk.restart();
    }
    expect(desk.left(NOW_MS + 100 * 20_000)).toBe(20);
  });

  test("that cannot be written leaves everything as it was, and counts when it comes again", () => {
    const desk = new Desk();
    desk.take("one", 5);
    for (const actual of [9, 0]) {
      desk.store.failsAfter = 0;
      const before = desk.left();
      expect(() => {
        desk.settle({ id: "one", taken: 5, actual });
      }).toThrow("storage failed");
      expect(desk.left()).toBe(before);
      desk.store.failsAfter = Infinity;
      desk.settle({ id: "one", taken: 5, actual });
      expect(desk.left()).toBe(20 - actual);
    }
  });

  test("of thousands of decisions later gives back what the message says", () => {
    const desk = new Desk({ ...day, limit: 10_000 });
    desk.take("one", 5);
    for (let index = 0; index < 2_001; index += 1) desk.take(`other-${index}`, 1);
    desk.settle({ id: "one", taken: 5, actual: 0 });
    expect(desk.left()).toBe(10_000 - 2_001);
  });

  test("of what has left the window since gives nothing back", () => {
    const desk = new Desk({ ...day, window: "1h" });
    desk.take("one", 5);
    const laterMs = NOW_MS + 3_600_000;
    desk.take("two", 6, laterMs);
    desk.settle({ id: "one", taken: 5, actual: 0 }, laterMs);
    expect(desk.left(laterMs)).toBe(20 - 6);
  });

  const algorithms: readonly Record<string, unknown>[] = [
    { algorithm: "token-bucket", limit: 20, window: "24h" },
    { algorithm: "sliding-window", limit: 20, window: "24h" },
    day,
    { algorithm: "sliding-window-counter", limit: 20, window: "24h" },
    { algorithm: "fixed-window", limit: 20, window: "24h" },
    { algorithm: "fixed-window", limit: 20, window: "24h", align: "first-request" },
    { algorithm: "concurrency", limit: 20, expires: "24h" },
    { algorithm: "quota", limit: 20, period: "month" },
  ];
  test.each(algorithms)("works alike for %o", (options) => {
    const desk = new Desk(options);
    desk.take("one", 5);
    desk.take("two", 3, NOW_MS + 10);
    desk.settle({ id: "one", taken: 5, actual: 1 }, NOW_MS + 20);
    expect(desk.left(NOW_MS + 20)).toBe(20 - 1 - 3);
    desk.settle({ id: "two", taken: 3, actual: 10, takenAtMs: NOW_MS + 10 }, NOW_MS + 30);
    expect(desk.left(NOW_MS + 30)).toBe(20 - 1 - 10);
  });

  test("frees a place in a queue only for the last of it: the others were told when to go on", () => {
    const desk = new Desk({ algorithm: "leaky-bucket", limit: 1, window: "1s", delayMax: "20s" });
    desk.take("one", 1);
    desk.take("two", 1, NOW_MS + 10);
    desk.settle({ id: "one", taken: 1, actual: 0 }, NOW_MS + 20);
    const both = desk.left(NOW_MS + 20);
    const last = new Desk({ algorithm: "leaky-bucket", limit: 1, window: "1s", delayMax: "20s" });
    last.take("one", 1);
    last.take("two", 1, NOW_MS + 10);
    last.settle({ id: "two", taken: 1, actual: 0, takenAtMs: NOW_MS + 10 }, NOW_MS + 20);
    expect(last.left(NOW_MS + 20) - both).toBe(1);
  });
});

describe("release", () => {
  test("after a commit leaves alone a shadow policy that denied, for it had consumed nothing", () => {
    const table = new CounterTable(new MapStore(), 10);
    const shadow: Check = { ...toCheck("shadow", { ...day, limit: 3 }, 2), isShadow: true };
    const keys = [{ key: "k", checks: [toCheck("p", day, 2), shadow] }];
    table.handle(toRequest("commit", keys, "one"), NOW_MS);
    // The second finds one unit of the shadow policy left: too few.
    table.handle(toRequest("commit", keys, "two"), NOW_MS);
    table.handle(toRequest("release", keys, "two"), NOW_MS);
    const peeks = keys.flatMap(({ checks }) => checks.map((check) => ({ ...check, cost: 0 })));
    expect(table.handle(toTake("k", ...peeks), NOW_MS).verdicts.map(({ remaining }) => remaining)).toEqual([
      18, 1,
    ]);
  });

  test("of a decision that is not known changes nothing", () => {
    const table = new CounterTable(new MapStore(), 10);
    const keys = [{ key: "k", checks: [toCheck("p", day, 5)] }];
    table.handle(toRequest("take", keys, "one"), NOW_MS);
    table.handle(toRequest("release", keys, "another"), NOW_MS);
    expect(isAllowed(table.handle(toTake("k", toCheck("p", day, 16)), NOW_MS))).toBe(false);
  });
});
