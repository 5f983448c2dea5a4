import { expect, test } from "vitest";
import { slidingWindowCounter } from "../../../src/core/algorithms/sliding-window-counter.ts";
import { parse, play, type Row } from "./support/play.ts";

const config = parse(slidingWindowCounter, { limit: 10, window: "1s" });

test("decide() weighs the previous window by the share that still overlaps, rounded up", () => {
  const table: readonly Row[] = [
    { atMs: 900, cost: 8, outcome: "allowed", remaining: 2, retryAfterMs: 0 },
    { atMs: 1_000, cost: 0, outcome: "allowed", remaining: 2, retryAfterMs: 0 },
    { atMs: 1_000, cost: 3, outcome: "denied", remaining: 2, retryAfterMs: 125 },
    { atMs: 1_125, cost: 3, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 1_126, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 124 },
    { atMs: 1_500, cost: 11, outcome: "impossible", remaining: 3, retryAfterMs: Infinity },
    // 8 are too many beside the 3 of this window, and beside their share of 2 in the next one until 334 ms into it.
    { atMs: 1_500, cost: 8, outcome: "denied", remaining: 3, retryAfterMs: 834 },
    { atMs: 2_333, cost: 8, outcome: "denied", remaining: 7, retryAfterMs: 1 },
    { atMs: 2_334, cost: 8, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 4_000, cost: 10, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
  ];
  expect(play(slidingWindowCounter, config, table).rows).toEqual(table);
});

test("a rolling window can hold twice the limit but one, and does when attacked", () => {
  const { rows } = play(slidingWindowCounter, config, [
    { atMs: 999, cost: 10 },
    { atMs: 1_998, cost: 9 },
  ]);
  expect(rows.map(({ outcome }) => outcome)).toEqual(["allowed", "allowed"]);
});

test("a changed window puts both counts where the last of their units can have been", () => {
  const { state } = play(slidingWindowCounter, config, [
    { atMs: 900, cost: 4 },
    { atMs: 1_100, cost: 3 },
  ]);
  const longer = { ...config, windowMs: 10_000 };
  expect(slidingWindowCounter.decide(longer, state, { nowMs: 9_999, cost: 0 }).remaining).toBe(3);
  // In windows of 100 ms the 4 were taken by 999 at the latest and are gone; the 3, by 1,100, are in the current one.
  const shorter = { ...config, windowMs: 100 };
  expect(slidingWindowCounter.decide(shorter, state, { nowMs: 1_100, cost: 0 }).remaining).toBe(7);
  expect(slidingWindowCounter.decide(shorter, state, { nowMs: 1_299, cost: 0 }).remaining).toBe(9);
  expect(slidingWindowCounter.decide(shorter, state, { nowMs: 1_300, cost: 0 }).remaining).toBe(10);
});

test("a lowered limit forgets nothing of the previous window", () => {
  const { state } = play(slidingWindowCounter, config, [{ atMs: 500, cost: 10 }]);
  const lower = { ...config, limit: 5 };
  const { state: charged } = slidingWindowCounter.decide(config, state, { nowMs: 1_500, cost: 1 });
  expect(slidingWindowCounter.decide(lower, charged, { nowMs: 1_500, cost: 1 }).retryAfterMs).toBe(200);
});

test("charge() gives back to the window in which the units were taken", () => {
  const { state } = play(slidingWindowCounter, config, [
    { atMs: 900, cost: 4 },
    { atMs: 1_100, cost: 3 },
  ]);
  const giveBack = (takenAtMs: number): unknown =>
    slidingWindowCounter.charge(config, state, { nowMs: 1_200, units: -2, takenAtMs });
  expect(giveBack(1_100)).toMatchObject({ current: 1, previous: 4 });
  expect(giveBack(900)).toMatchObject({ current: 3, previous: 2 });
  expect(
    slidingWindowCounter.charge(config, state, { nowMs: 2_000, units: -2, takenAtMs: 900 }),
  ).toMatchObject({
    current: 0,
    previous: 3,
  });
});

test("what a request took in parts of a unit counts as that in the next window, and Retry-After is exact for it", () => {
  const small = parse(slidingWindowCounter, { limit: 3, window: "1s" });
  const part = 1 / 4_096;
  let state = slidingWindowCounter.decide(small, undefined, { nowMs: 0, cost: 3 }).state;
  ({ state } = slidingWindowCounter.decide(small, state, { nowMs: 1_999, cost: 1 + part }));
  const outcomes = [1_999, 2_000].map((nowMs) => {
    const { outcome, retryAfterMs } = slidingWindowCounter.decide(small, state, { nowMs, cost: 2 - part });
    return [outcome, retryAfterMs];
  });
  expect(outcomes).toEqual([
    ["denied", 1],
    ["allowed", 0],
  ]);
});
