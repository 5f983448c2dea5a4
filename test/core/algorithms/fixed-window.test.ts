import { expect, test } from "vitest";
import { fixedWindow } from "../../../src/core/algorithms/fixed-window.ts";
import { parse, parseProblems, play, type Row } from "./support/play.ts";

const config = parse(fixedWindow, { limit: 5, window: "1s" });
const fromFirst = parse(fixedWindow, { limit: 5, window: "1s", align: "first-request" });

test("decide() starts again with every window since the epoch", () => {
  const table: readonly Row[] = [
    { atMs: 700, cost: 4, outcome: "allowed", remaining: 1, retryAfterMs: 0 },
    { atMs: 700, cost: 2, outcome: "denied", remaining: 1, retryAfterMs: 300 },
    { atMs: 999, cost: 1, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 1_000, cost: 5, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 999, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 1_001 },
    { atMs: 1_000, cost: 6, outcome: "impossible", remaining: 0, retryAfterMs: Infinity },
    { atMs: 2_500, cost: 0, outcome: "allowed", remaining: 5, retryAfterMs: 0 },
  ];
  expect(play(fixedWindow, config, table).rows).toEqual(table);
});

test("decide() starts a window with the first request when asked to", () => {
  const table: readonly Row[] = [
    { atMs: 700, cost: 4, outcome: "allowed", remaining: 1, retryAfterMs: 0 },
    { atMs: 1_699, cost: 2, outcome: "denied", remaining: 1, retryAfterMs: 1 },
    { atMs: 1_700, cost: 2, outcome: "allowed", remaining: 3, retryAfterMs: 0 },
    { atMs: 2_699, cost: 3, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 2_699, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 1 },
    { atMs: 2_700, cost: 5, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
  ];
  expect(play(fixedWindow, fromFirst, table).rows).toEqual(table);
});

test("a window whose every unit was given back has not started", () => {
  const { state } = play(fixedWindow, fromFirst, [{ atMs: 700, cost: 4 }]);
  const back = fixedWindow.charge(fromFirst, state, { nowMs: 1_000, units: -4, takenAtMs: 700 });
  expect(fixedWindow.decide(fromFirst, back, { nowMs: 1_200, cost: 5 }).state).toMatchObject({
    startMs: 1_200,
  });
});

test("a changed window keeps what was used for as long as any of it can be in today's", () => {
  const { state } = play(fixedWindow, config, [{ atMs: 1_900, cost: 4 }]);
  const longer = { ...config, windowMs: 60_000 };
  expect(fixedWindow.decide(longer, state, { nowMs: 59_999, cost: 0 }).remaining).toBe(1);
  const shorter = { ...config, windowMs: 50 };
  expect(fixedWindow.decide(shorter, state, { nowMs: 1_949, cost: 0 }).remaining).toBe(1);
  expect(fixedWindow.decide(shorter, state, { nowMs: 1_950, cost: 0 }).remaining).toBe(5);
  const shorterFromFirst = { ...fromFirst, windowMs: 50 };
  expect(fixedWindow.decide(shorterFromFirst, state, { nowMs: 1_949, cost: 0 }).remaining).toBe(1);
  expect(fixedWindow.decide(shorterFromFirst, state, { nowMs: 1_950, cost: 0 }).remaining).toBe(5);
  expect(fixedWindow.decide(fromFirst, state, { nowMs: 1_999, cost: 0 }).remaining).toBe(1);
});

test("charge() gives back nothing to a window that is over", () => {
  const { state } = play(fixedWindow, config, [
    { atMs: 900, cost: 2 },
    { atMs: 1_100, cost: 3 },
  ]);
  const giveBack = (takenAtMs: number): unknown =>
    fixedWindow.charge(config, state, { nowMs: 1_200, units: -2, takenAtMs });
  expect(giveBack(1_100)).toMatchObject({ used: 1 });
  expect(giveBack(900)).toMatchObject({ used: 3 });
});

test("parseConfig() knows two ways to align", () => {
  expect(parseProblems(fixedWindow, { limit: 1, window: "1s", align: "hour" })).toEqual([
    'align: must be one of "epoch", "first-request", received "hour"',
  ]);
});
