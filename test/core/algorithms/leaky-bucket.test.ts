import { expect, test } from "vitest";
import { leakyBucket } from "../../../src/core/algorithms/leaky-bucket.ts";
import { parse, parseProblems, play, type Row } from "./support/play.ts";

// One goes on every 300 ms, and waits for up to 700 ms.
const config = parse(leakyBucket, { limit: 10, window: "3s", delayMax: "700ms" });

test("decide() spaces requests evenly and denies who would have to wait for too long", () => {
  const table: readonly Row[] = [
    { atMs: 0, cost: 1, outcome: "allowed", remaining: 2, retryAfterMs: 0, delayMs: 0 },
    { atMs: 0, cost: 1, outcome: "allowed", remaining: 1, retryAfterMs: 0, delayMs: 300 },
    { atMs: 100, cost: 1, outcome: "allowed", remaining: 0, retryAfterMs: 0, delayMs: 500 },
    { atMs: 100, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 100 },
    { atMs: 199, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 1 },
    { atMs: 200, cost: 1, outcome: "allowed", remaining: 0, retryAfterMs: 0, delayMs: 700 },
    { atMs: 200, cost: 0, outcome: "allowed", remaining: 0, retryAfterMs: 0, delayMs: 0 },
    { atMs: 200, cost: 11, outcome: "impossible", remaining: 0, retryAfterMs: Infinity },
    { atMs: 100, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 400 },
    { atMs: 9_000, cost: 1, outcome: "allowed", remaining: 2, retryAfterMs: 0, delayMs: 0 },
  ];
  expect(play(leakyBucket, config, table).rows).toEqual(table);
});

test("a dear request goes on at once and holds back those behind it", () => {
  const table: readonly Row[] = [
    { atMs: 0, cost: 10, outcome: "allowed", remaining: 0, retryAfterMs: 0, delayMs: 0 },
    { atMs: 0, cost: 1, outcome: "denied", remaining: 0, retryAfterMs: 2_300 },
    { atMs: 2_300, cost: 1, outcome: "allowed", remaining: 0, retryAfterMs: 0, delayMs: 700 },
  ];
  expect(play(leakyBucket, config, table).rows).toEqual(table);
});

test("requests go on no earlier than their place when the space between them is no whole millisecond", () => {
  const thirds = parse(leakyBucket, { limit: 3, window: "1s", delayMax: "10s" });
  const { rows } = play(
    leakyBucket,
    thirds,
    Array.from({ length: 7 }, () => ({ atMs: 5, cost: 1 })),
  );
  expect(rows.map(({ delayMs }) => delayMs)).toEqual([0, 334, 667, 1_000, 1_334, 1_667, 2_000]);
});

test("a raised limit drains the same queue faster; a lower one holds no more than its own", () => {
  const { state } = play(leakyBucket, config, [
    { atMs: 0, cost: 1 },
    { atMs: 0, cost: 1 },
    { atMs: 0, cost: 1 },
  ]);
  const faster = { ...config, limit: 100 };
  expect(leakyBucket.decide(faster, state, { nowMs: 0, cost: 1 }).delayMs).toBe(90);
  const slower = { ...config, limit: 1 };
  // At most one unit's 3,000 ms and the 700 ms before it, rounded up to 2 units.
  expect(leakyBucket.decide(slower, state, { nowMs: 0, cost: 1 }).retryAfterMs).toBe(5_300);
});

test("charge() gives back only the last of the queue, since those behind were told when to go on", () => {
  const { state } = play(leakyBucket, config, [
    { atMs: 0, cost: 1 },
    { atMs: 10, cost: 2 },
  ]);
  const giveBack = (takenAtMs: number): number | undefined => {
    const back = leakyBucket.charge(config, state, { nowMs: 20, units: -2, takenAtMs });
    return leakyBucket.decide(config, back, { nowMs: 20, cost: 1 }).delayMs;
  };
  expect(giveBack(10)).toBe(280);
  expect(leakyBucket.decide(config, state, { nowMs: 200, cost: 1 }).delayMs).toBe(700);
  const first = leakyBucket.charge(config, state, { nowMs: 200, units: -1, takenAtMs: 0 });
  expect(leakyBucket.decide(config, first, { nowMs: 200, cost: 1 }).delayMs).toBe(700);
});

test("charge() gives back neither of two that came in the same millisecond", () => {
  const { state } = play(leakyBucket, config, [
    { atMs: 0, cost: 1 },
    { atMs: 0, cost: 1 },
  ]);
  const back = leakyBucket.charge(config, state, { nowMs: 0, units: -1, takenAtMs: 0 });
  expect(leakyBucket.decide(config, back, { nowMs: 0, cost: 1 }).delayMs).toBe(600);
});

test("parseConfig() waits for up to a second unless told, and refuses a queue that no counter can hold", () => {
  expect(parse(leakyBucket, { limit: 1, window: "1s" }).delayMaxMs).toBe(1_000);
  expect(parseProblems(leakyBucket, { limit: 2 ** 40, window: "1s", delayMax: "1001ms" })).toEqual([
    "delayMax: must be short enough for a queue of at most 1099511627776 units, received 1001 ms",
  ]);
});
