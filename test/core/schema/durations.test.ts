import * as fc from "fast-check";
import { expect, test } from "vitest";
import { DURATION_MS_MAX, toDurationMs } from "../../../src/core/schema/durations.ts";
import { anyText } from "../any-text.ts";

test.each([
  ["1ms", 1],
  ["250ms", 250],
  ["10s", 10_000],
  ["1m", 60_000],
  ["90m", 5_400_000],
  ["24h", 86_400_000],
  ["7d", 604_800_000],
  ["007s", 7_000],
  ["1w", 604_800_000],
  ["1h30m", 5_400_000],
  ["1w2d3h4m5s6ms", 788_645_006],
  ["1m5ms", 60_005],
  ["400d", DURATION_MS_MAX],
  ["34560000000ms", DURATION_MS_MAX],
])("toDurationMs() of %j is %i", (text, ms) => {
  expect(toDurationMs(text)).toBe(ms);
});

test.each([
  "",
  "s",
  "10",
  "0s",
  "0ms",
  "-1s",
  "+1s",
  "1.5s",
  "1e3s",
  "0x10s",
  "10 s",
  " 10s",
  "10s ",
  "10s\n",
  "10S",
  "10sec",
  "10ss",
  "30m1h",
  "1h1h",
  "1h 30m",
  "1y",
  "١s",
  "401d",
  "34560000001ms",
  "9999999999999s",
  "Infinitys",
  "10constructor",
])("toDurationMs() refuses %j", (text) => {
  expect(toDurationMs(text)).toBeUndefined();
});

test("toDurationMs() is a whole number within bounds, or nothing, for any text", () => {
  const near = fc
    .tuple(fc.nat(1e9), fc.constantFrom("ms", "s", "m", "h", "d", "w", ""))
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(near, anyText), (text) => {
      const ms = toDurationMs(text);
      if (ms === undefined) return;
      expect(Number.isSafeInteger(ms) && ms >= 1 && ms <= DURATION_MS_MAX).toBe(true);
    }),
  );
});
