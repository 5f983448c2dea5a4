import { expect, test } from "vitest";
import { Lateness } from "../../../src/core/outbound/lateness.ts";

const ofWindow = (
  windowMs: number | undefined,
): { algorithm: string; limit: number; windowMs: number | undefined } => ({
  algorithm: "sliding-window",
  limit: 10,
  windowMs,
});

test("the margin is what the slowest of the last answers took, bounded by the window", () => {
  const lateness = new Lateness();
  expect(lateness.toMarginMs(ofWindow(10_000))).toBe(500);
  lateness.note(40);
  lateness.note(5);
  expect(lateness.toMarginMs(ofWindow(10_000))).toBe(40);
  expect(lateness.toMarginMs(ofWindow(undefined))).toBe(0);
  for (let answer = 0; answer < 200; answer += 1) lateness.note(5);
  expect(lateness.toMarginMs(ofWindow(10_000))).toBe(5);
  lateness.note(60_000);
  // A tenth of a short window, half a second of a longer one, a twentieth of a long one.
  expect([1_000, 3_000, 8_000, 60_000].map((windowMs) => lateness.toMarginMs(ofWindow(windowMs)))).toEqual([
    100, 300, 500, 3_000,
  ]);
});

test("of quota that comes back unit by unit the margin is a part of what one takes to come: it is paid by each call", () => {
  const lateness = new Lateness();
  lateness.note(60_000);
  const bucket = { algorithm: "token-bucket", limit: 20, windowMs: 1_000 };
  expect(lateness.toMarginMs(bucket)).toBe(5);
  expect(lateness.toMarginMs({ ...bucket, limit: 1 })).toBe(100);
});
