// The time of a counter object whose clock is set back.

import * as fc from "fast-check";
import { expect, test } from "vitest";
import { CounterClock } from "../../../src/core/counters/counter-clock.ts";

const START_MS = 1_700_000_000_000;
const MINUTE_MS = 60_000;

test("time never runs backwards without beginning anew, and is never ahead of the clock for more than a minute of it", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -200_000, max: 100_000 }), { maxLength: 60 }), (steps) => {
      const clock = new CounterClock(START_MS);
      let shownMs = START_MS;
      let behindMs: number | undefined;
      for (const stepMs of steps) {
        shownMs = Math.max(0, shownMs + stepMs);
        const before = clock.timeMs;
        const isNew = clock.read(shownMs);
        expect(clock.timeMs).toBe(isNew ? shownMs : Math.max(before, shownMs));
        behindMs = clock.timeMs > shownMs ? Math.min(behindMs ?? shownMs, shownMs) : undefined;
        expect(shownMs - (behindMs ?? shownMs)).toBeLessThan(MINUTE_MS);
      }
    }),
  );
});

test("what is of this time, or ahead of it by a minute when the object has just started, stays where it is", () => {
  const clock = new CounterClock(START_MS);
  expect([START_MS - 1e9, START_MS, START_MS + MINUTE_MS].map((ms) => clock.toBackMs(ms))).toEqual([0, 0, 0]);
  expect(clock.toBackMs(START_MS + MINUTE_MS + 1)).toBe(MINUTE_MS + 1);
  clock.read(START_MS + 10_000);
  expect(clock.toBackMs(START_MS + 2 * MINUTE_MS)).toBe(2 * MINUTE_MS);
});

test("what is of the time that stopped keeps its distance from when it did", () => {
  const clock = new CounterClock(START_MS);
  const sinceMs = START_MS - 10 * MINUTE_MS;
  expect([clock.read(sinceMs), clock.read(sinceMs + MINUTE_MS - 1), clock.timeMs]).toEqual([
    false,
    false,
    START_MS,
  ]);
  expect([clock.read(sinceMs + MINUTE_MS), clock.timeMs]).toEqual([true, sinceMs + MINUTE_MS]);
  expect(clock.toBackMs(START_MS)).toBe(10 * MINUTE_MS);
  expect(clock.toBackMs(START_MS - MINUTE_MS)).toBe(10 * MINUTE_MS);
  // Of another time still: nobody knows how long before it was.
  expect(clock.toBackMs(START_MS + MINUTE_MS)).toBe(11 * MINUTE_MS);
  expect(clock.toBackMs(sinceMs + MINUTE_MS + 1_000)).toBe(0);
});
