// The isolate's clock when the platform's is set back.

import { afterEach, expect, test, vi } from "vitest";
import { readClock } from "../../src/platform/clock.ts";

const HOUR_MS = 3_600_000;

afterEach(() => {
  vi.useRealTimers();
});

test("a clock that is set back goes on from where it was, a twentieth slower, until it has caught up", () => {
  const startMs = readClock() + 10 * HOUR_MS;
  vi.useFakeTimers({ toFake: ["Date"], now: startMs });
  expect(readClock()).toBe(startMs);
  vi.setSystemTime(startMs - HOUR_MS);
  expect(readClock()).toBe(startMs);
  vi.setSystemTime(startMs - HOUR_MS + 5_000);
  // A lease of 5 seconds that was given before is over within its margin of half a second.
  expect(readClock()).toBe(startMs + 4_750);
  vi.setSystemTime(startMs - HOUR_MS + 5_300);
  expect(readClock()).toBeGreaterThanOrEqual(startMs + 5_000);
  vi.setSystemTime(startMs - 2 * HOUR_MS);
  const againMs = readClock();
  expect(againMs).toBeGreaterThanOrEqual(startMs + 5_000);
  vi.setSystemTime(startMs + 39 * HOUR_MS);
  expect(readClock()).toBe(startMs + 39 * HOUR_MS);
});
