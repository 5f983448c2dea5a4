import { expect, test } from "vitest";
import { Lateness } from "../../../src/core/outbound/lateness.ts";

test("the margin is what the slowest of the last answers took, a twentieth of the window at most", () => {
  const lateness = new Lateness();
  expect(lateness.toMarginMs(10_000)).toBe(0);
  lateness.note(40);
  lateness.note(5);
  expect(lateness.toMarginMs(10_000)).toBe(38);
  expect(lateness.toMarginMs(100)).toBe(5);
  expect(lateness.toMarginMs(undefined)).toBe(0);
  for (let answer = 0; answer < 100; answer += 1) lateness.note(5);
  expect(lateness.toMarginMs(10_000)).toBe(5);
});
