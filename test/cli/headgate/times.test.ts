// Times and durations as people read them.

import { describe, expect, test } from "vitest";
import { toDuration, toInstant, toWait } from "../../../src/cli/headgate/times.ts";

const NOW_MS = Date.UTC(2026, 10, 28, 14, 22, 31);

describe("toDuration() says it in the largest unit without a fraction", () => {
  test.each([
    [3_600_000, "1h"],
    [90_000, "90s"],
    [86_400_000, "1d"],
    [60_000, "1m"],
    [1_500, "1.5s"],
    [0, "0s"],
    [undefined, undefined],
    [Infinity, undefined],
    ["1h", undefined],
  ])("%o: %o", (ms, text) => {
    expect(toDuration(ms)).toBe(text);
  });
});

describe("toWait() says how long, rounded up, and when it is over", () => {
  test.each([
    [42 * 60_000, "in 42 min (15:04:31)"],
    [41.2 * 60_000, "in 42 min (15:03:43)"],
    [1, "in 1 s (14:22:32)"],
    [90_000, "in 90 s (14:24:01)"],
    [3_600_000, "in 1 h (15:22:31)"],
    [86_400_000, "in 1 d (2026-11-29 14:22:31)"],
    [0, "now"],
    [null, undefined],
    [undefined, undefined],
  ])("%o: %o", (ms, text) => {
    expect(toWait(ms, NOW_MS)).toBe(text);
  });
});

test("toInstant() says also how long ago", () => {
  expect(toInstant(NOW_MS - 7_200_000, NOW_MS)).toBe("2 h ago (12:22:31)");
  expect(toInstant(NOW_MS + 60_000, NOW_MS)).toBe("in 1 min (14:23:31)");
  expect(toInstant(8.65e15, NOW_MS)).toBeUndefined();
});
