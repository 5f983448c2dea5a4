import { expect, test } from "vitest";
import { parseRetryAfter } from "../../../src/core/http/retry-after.ts";

const NOW_MS = Date.UTC(2026, 10, 22, 5, 0, 0);

test.each([
  ["0", 0],
  ["7", 7_000],
  [" 7 ", 7_000],
  ["Sun, 22 Nov 2026 05:00:03 GMT", 3_000],
  ["Sun, 22 Nov 2026 04:00:00 GMT", 0],
  [undefined, undefined],
  ["", undefined],
  ["-1", undefined],
  ["1.5", undefined],
  ["1e3", undefined],
  ["99999999999", undefined],
  ["soon", undefined],
])("parseRetryAfter() of %j is %j", (value, ms) => {
  expect(parseRetryAfter(value, NOW_MS)).toBe(ms);
});
