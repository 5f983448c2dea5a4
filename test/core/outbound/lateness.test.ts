import { expect, test } from "vitest";
import { Lateness } from "../../../src/core/outbound/lateness.ts";

interface Waited {
  readonly algorithm: string;
  readonly limit: number;
  readonly windowMs: number | undefined;
}

const ofWindow = (windowMs: number | undefined): Waited => ({
  algorithm: "sliding-window",
  limit: 10,
  windowMs,
});

test("the margin is what the slowest answer to calls that still count took, bounded by the window", () => {
  const lateness = new Lateness();
  expect(lateness.toMarginMs(ofWindow(10_000), 0)).toBe(500);
  lateness.note(40, 0);
  lateness.note(5, 10);
  expect(lateness.toMarginMs(ofWindow(10_000), 20)).toBe(40);
  expect(lateness.toMarginMs(ofWindow(undefined), 20)).toBe(0);
  // However many faster ones there were since.
  for (let answer = 0; answer < 1_000; answer += 1) lateness.note(5, 10_000);
  expect(lateness.toMarginMs(ofWindow(10_000), 10_000)).toBe(40);
  expect(lateness.toMarginMs(ofWindow(1_000), 10_000)).toBe(5);
  expect(lateness.toMarginMs(ofWindow(10_000), 12_500)).toBe(5);
  lateness.note(60_000, 20_000);
  // A tenth of a short window, half a second of a longer one, a twentieth of a long one.
  expect(
    [1_000, 3_000, 8_000, 60_000].map((windowMs) => lateness.toMarginMs(ofWindow(windowMs), 20_000)),
  ).toEqual([100, 300, 500, 3_000]);
});

test("after a window without any answer the last one says it", () => {
  const lateness = new Lateness();
  lateness.note(40, 0);
  expect(lateness.toMarginMs(ofWindow(10_000), 1_000_000)).toBe(40);
});

test("of a window's slow answers no more than 32 are remembered apart, and none is taken for faster", () => {
  const lateness = new Lateness();
  for (let answer = 0; answer < 400; answer += 1) lateness.note(400 - answer, answer);
  expect(lateness.toMarginMs(ofWindow(10_000), 400)).toBe(400);
  for (const windowMs of [80, 160, 240, 320]) {
    // The slowest of the answers within the time that is remembered.
    const wanted = Math.min(400 - (400 - windowMs * 1.25) - 1, 400);
    const margin = lateness.toMarginMs({ ...ofWindow(windowMs), windowMs }, 400);
    expect(margin).toBeGreaterThanOrEqual(Math.min(wanted, windowMs * 0.1));
  }
});

test("of quota that comes back unit by unit the margin is a part of what one takes to come: it is paid by each call", () => {
  const lateness = new Lateness();
  lateness.note(60_000, 0);
  const bucket = { algorithm: "token-bucket", limit: 20, windowMs: 1_000 };
  expect(lateness.toMarginMs(bucket, 0)).toBe(5);
  expect(lateness.toMarginMs({ ...bucket, limit: 1 }, 0)).toBe(100);
});
