import { expect, test } from "vitest";
import { slidingWindowLog } from "../../../src/core/algorithms/sliding-window-log.ts";
import { parse, parseProblems, play, type Row } from "./support/play.ts";

const config = parse(slidingWindowLog, { limit: 5, window: "1s" });

test("decide() admits again in the very millisecond in which enough has left the window", () => {
  const table: readonly Row[] = [
    { atMs: 0, cost: 2, outcome: "allowed", remaining: 3, retryAfterMs: 0 },
    { atMs: 300, cost: 1, outcome: "allowed", remaining: 2, retryAfterMs: 0 },
    { atMs: 300, cost: 2, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 999, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 1 },
    { atMs: 999, cost: 3, outcome: "denied", remaining: 0, retryAfterMs: 301 },
    { atMs: 999, cost: 6, outcome: "impossible", remaining: 0, retryAfterMs: Infinity },
    { atMs: 1_000, cost: 2, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 700, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 600 },
    { atMs: 1_300, cost: 0, outcome: "allowed", remaining: 3, retryAfterMs: 0 },
    { atMs: 1_300, cost: 3, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
  ];
  const { rows, state } = play(slidingWindowLog, config, table);
  expect(rows).toEqual(table);
  expect(state).toMatchObject({ timesMs: [1_000, 1_300], units: [2, 3] });
});

test("one millisecond is one entry, however many requests it takes", () => {
  const wide = parse(slidingWindowLog, { limit: 10_000, window: "1h" });
  const requests = Array.from({ length: 5_000 }, (_, index) => ({
    atMs: Math.floor(index / 1_000),
    cost: 1,
  }));
  const { state } = play(slidingWindowLog, wide, requests);
  expect(state?.units).toEqual([1_000, 1_000, 1_000, 1_000, 1_000]);
});

test("a changed window counts what of the log is in it", () => {
  const { state } = play(slidingWindowLog, config, [
    { atMs: 0, cost: 2 },
    { atMs: 300, cost: 3 },
  ]);
  const longer = { ...config, windowMs: 10_000 };
  expect(slidingWindowLog.decide(longer, state, { nowMs: 9_999, cost: 0 }).remaining).toBe(0);
  const shorter = { ...config, windowMs: 100 };
  expect(slidingWindowLog.decide(shorter, state, { nowMs: 399, cost: 0 }).remaining).toBe(2);
});

test("charge() gives back what was taken at that time, or from the nearest entries where the clock had moved", () => {
  const { state } = play(slidingWindowLog, config, [
    { atMs: 0, cost: 2 },
    { atMs: 300, cost: 1 },
    { atMs: 600, cost: 2 },
  ]);
  const giveBack = (takenAtMs: number, units: number, nowMs = 700): unknown =>
    slidingWindowLog.charge(config, state, { nowMs, units: -units, takenAtMs });
  expect(giveBack(300, 1)).toMatchObject({ timesMs: [0, 600], units: [2, 2] });
  expect(giveBack(299, 1)).toMatchObject({ timesMs: [0, 300, 600], units: [1, 1, 2] });
  expect(giveBack(300, 4)).toMatchObject({ timesMs: [600], units: [1] });
  expect(giveBack(0, 2, 1_100)).toMatchObject({ timesMs: [300, 600], units: [1, 2] });
});

test("parseConfig() refuses a limit that would store too much", () => {
  expect(parseProblems(slidingWindowLog, { limit: 10_001, window: "1s" })).toEqual([
    "limit: must be at most 10000 here, where storage grows with the limit, received 10001",
  ]);
});

test("parseState() refuses a log out of order", () => {
  const log = { algorithm: "sliding-window-log", timesMs: [5, 9], units: [1, 1], atMs: 9 };
  expect(slidingWindowLog.parseState(log).ok).toBe(true);
  const damaged = [
    { timesMs: [9, 5] },
    { timesMs: [5, 5] },
    { timesMs: [5] },
    { atMs: 8 },
    { units: [1, 0] },
  ];
  for (const damage of damaged) expect(slidingWindowLog.parseState({ ...log, ...damage }).ok).toBe(false);
});
