import { expect, test } from "vitest";
import { tokenBucket } from "../../../src/core/algorithms/token-bucket.ts";
import { parse, parseProblems, play, type Row } from "./support/play.ts";

const config = parse(tokenBucket, { limit: 10, window: "1s", burst: 5 });

test("decide() takes a burst, refills evenly and says exactly when the next token is there", () => {
  const table: readonly Row[] = [
    { atMs: 0, cost: 3, outcome: "allowed", remaining: 2, retryAfterMs: 0 },
    { atMs: 0, cost: 3, outcome: "denied", remaining: 2, retryAfterMs: 100 },
    { atMs: 0, cost: 2, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 99, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 1 },
    { atMs: 100, cost: 1, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 150, cost: 5, outcome: "denied", remaining: 0, retryAfterMs: 450 },
    { atMs: 350, cost: 0, outcome: "allowed", remaining: 2, retryAfterMs: 0 },
    { atMs: 350, cost: 6, outcome: "impossible", remaining: 2, retryAfterMs: Infinity },
    { atMs: 600, cost: 5, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
    { atMs: 500, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 200 },
    { atMs: 9_999, cost: 5, outcome: "allowed", remaining: 0, retryAfterMs: 0 },
  ];
  expect(play(tokenBucket, config, table).rows).toEqual(table);
});

test("decide() loses no fraction of a token in 50 years of a rate that no millisecond divides", () => {
  const odd = parse(tokenBucket, { limit: 7, window: "3001ms", burst: 1_000_000_000 });
  let state = tokenBucket.decide(odd, undefined, { nowMs: 0, cost: odd.burst }).state;
  let taken = 0;
  let nowMs = 0;
  while (nowMs < 50 * 365 * 86_400_000) {
    nowMs += 86_399_989;
    const cost = tokenBucket.decide(odd, state, { nowMs, cost: 0 }).remaining;
    state = tokenBucket.decide(odd, state, { nowMs, cost }).state;
    taken += cost;
  }
  expect(taken).toBe(Number((BigInt(nowMs) * 7n) / 3_001n));
});

test("a changed burst keeps what was used; a lower one denies for no longer than it takes to drain", () => {
  const { state } = play(tokenBucket, config, [{ atMs: 0, cost: 4 }]);
  const raised = { ...config, burst: 50 };
  expect(tokenBucket.decide(raised, state, { nowMs: 0, cost: 0 }).remaining).toBe(46);
  const lowered = { ...config, burst: 2 };
  expect(tokenBucket.decide(lowered, state, { nowMs: 0, cost: 2 }).retryAfterMs).toBe(200);
  expect(tokenBucket.decide(lowered, state, { nowMs: 200, cost: 2 }).outcome).toBe("allowed");
});

test("a changed window rounds the fraction in use up, to a whole token where it must", () => {
  const state = tokenBucket.decide(config, undefined, { nowMs: 0, cost: 2 }).state;
  // 1.99 tokens are in use.
  const fraction = tokenBucket.charge(config, state, { nowMs: 1, units: 0 });
  expect(fraction).toMatchObject({ used: 1, part: 990 });
  const coarse = { ...config, windowMs: 1 };
  expect(tokenBucket.decide(coarse, fraction, { nowMs: 1, cost: 0 }).remaining).toBe(3);
});

test("charge() fills no higher than the burst and gives back no more than is in use", () => {
  const full = tokenBucket.charge(config, undefined, { nowMs: 0, units: 1_000 });
  expect(full).toMatchObject({ used: 5, part: 0 });
  expect(tokenBucket.decide(config, full, { nowMs: 0, cost: 5 }).retryAfterMs).toBe(500);
  const empty = tokenBucket.charge(config, full, { nowMs: 50, units: -1_000 });
  expect(tokenBucket.decide(config, empty, { nowMs: 50, cost: 0 }).remaining).toBe(5);
});

test("parseConfig() takes the limit for a missing burst and refuses a burst that takes a century to refill", () => {
  expect(parse(tokenBucket, { limit: 3, window: "1m" })).toEqual({ limit: 3, windowMs: 60_000, burst: 3 });
  expect(parseProblems(tokenBucket, { limit: 1, window: "400d", burst: 92 })).toEqual([
    "burst: must refill within 100 years at 1 per window, received 92",
  ]);
  expect(parseProblems(tokenBucket, { limit: 0, window: "soon" })).toHaveLength(2);
});
