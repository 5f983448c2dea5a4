import { expect, test } from "vitest";
import { Lateness } from "../../../src/core/outbound/lateness.ts";

test("the margin is what the slowest of the last answers took, bounded by the window", () => {
  const lateness = new Lateness();
  expect(lateness.toMarginMs(10_000)).toBe(500);
  lateness.note(40);
  lateness.note(5);
  expect(lateness.toMarginMs(10_000)).toBe(40);
  expect(lateness.toMarginMs(undefined)).toBe(0);
  for (let answer = 0; answer < 200; answer += 1) lateness.note(5);
  expect(lateness.toMarginMs(10_000)).toBe(5);
  lateness.note(60_000);
  // A tenth of a short window, half a second of a longer one, a twentieth of a long one.
  expect([1_000, 3_000, 8_000, 60_000].map((windowMs) => lateness.toMarginMs(windowMs))).toEqual([
    100, 300, 500, 3_000,
  ]);
});
