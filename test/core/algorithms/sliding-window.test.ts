import { expect, test } from "vitest";
import { slidingWindow } from "../../../src/core/algorithms/sliding-window.ts";
import { parse, parseProblems, play, type Row } from "./support/play.ts";

// Sub-windows of 200 ms; a unit counts in its own and in the five that follow.
const config = parse(slidingWindow, { limit: 10, window: "1s", subWindows: 5 });

test("decide() counts a unit until the sub-window that it was taken in has left every rolling window", () => {
  const table: readonly Row[] = [
    { atMs: 150, cost: 4, outcome: "allowed", remaining: 6, retryAfterMs: 0 },
    { atMs: 399, cost: 6, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 400, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 800 },
    { atMs: 400, cost: 5, outcome: "denied", remaining: 0, retryAfterMs: 1_000 },
    { atMs: 1_199, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 1 },
    { atMs: 1_200, cost: 0, outcome: "allowed", remaining: 4, retryAfterMs: 0 },
    { atMs: 1_200, cost: 11, outcome: "impossible", remaining: 4, retryAfterMs: Infinity },
    { atMs: 1_200, cost: 4, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 1_100, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 300 },
    { atMs: 1_400, cost: 6, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
  ];
  const { rows, state } = play(slidingWindow, config, table);
  expect(rows).toEqual(table);
  expect(state).toEqual({
    algorithm: "sliding-window",
    timesMs: [1_200, 1_400],
    units: [4, 6],
    atMs: 1_400,
    subWindowMs: 200,
  });
});

test("a client at full speed gets at least k / (k + 1) of the limit", () => {
  for (const subWindows of [1, 10, 60]) {
    const fast = parse(slidingWindow, { limit: 60, window: "6s", subWindows });
    let state: Parameters<typeof slidingWindow.decide>[1];
    let taken = 0;
    for (let nowMs = 0; nowMs < 660_000; nowMs += 25) {
      const verdict = slidingWindow.decide(fast, state, { nowMs, cost: 1 });
      state = verdict.state;
      if (verdict.outcome === "allowed") taken += 1;
    }
    expect(taken / 6_600).toBeGreaterThanOrEqual(subWindows / (subWindows + 1));
  }
});

test("changed sub-windows keep every unit in sight for as long as it can be in the window", () => {
  const { state } = play(slidingWindow, config, [
    { atMs: 150, cost: 4 },
    { atMs: 399, cost: 6 },
  ]);
  // Sub-windows of 300 ms: the 4 of [0, 200) count from 0 on, the 6 of [200, 400) from 300 on, and both until 1,200 ms later.
  const coarser = { ...config, subWindowMs: 300 };
  expect(slidingWindow.decide(coarser, state, { nowMs: 1_499, cost: 0 }).remaining).toBe(0);
  expect(slidingWindow.decide(coarser, state, { nowMs: 1_500, cost: 0 }).remaining).toBe(4);
  expect(slidingWindow.decide(coarser, state, { nowMs: 1_800, cost: 0 }).remaining).toBe(10);
  const shorter = parse(slidingWindow, { limit: 10, window: "100ms" });
  expect(slidingWindow.decide(shorter, state, { nowMs: 399, cost: 0 }).remaining).toBe(4);
  expect(slidingWindow.decide(shorter, state, { nowMs: 499, cost: 0 }).remaining).toBe(4);
  expect(slidingWindow.decide(shorter, state, { nowMs: 500, cost: 0 }).remaining).toBe(10);
});

test("charge() gives back in the sub-window of the time at which the units were taken", () => {
  const { state } = play(slidingWindow, config, [
    { atMs: 150, cost: 4 },
    { atMs: 399, cost: 6 },
  ]);
  const back = slidingWindow.charge(config, state, { nowMs: 900, units: -2, takenAtMs: 201 });
  expect(back).toMatchObject({ timesMs: [0, 200], units: [4, 4] });
  const late = slidingWindow.charge(config, state, { nowMs: 1_250, units: -2, takenAtMs: 150 });
  expect(late).toMatchObject({ timesMs: [200], units: [6] });
});

test("charge() beyond the limit keeps the newest units", () => {
  const { state } = play(slidingWindow, config, [{ atMs: 0, cost: 8 }]);
  const full = slidingWindow.charge(config, state, { nowMs: 500, units: 7 });
  expect(full).toMatchObject({ timesMs: [0, 400], units: [3, 7] });
});

test("parseConfig() makes no sub-window shorter than a millisecond", () => {
  expect(parse(slidingWindow, { limit: 1, window: "5ms" }).subWindowMs).toBe(1);
  expect(parse(slidingWindow, { limit: 1, window: "1m" }).subWindowMs).toBe(6_000);
  expect(parseProblems(slidingWindow, { limit: 1, window: "1m", subWindows: 61 })).toEqual([
    "subWindows: must be a whole number from 1 to 60, received 61",
  ]);
});
