import { describe, expect, test } from "vitest";
import { ReportPace, toFirstDelayMs } from "../../src/core/report-pace.ts";

const SECOND_MS = 1_000;
const START_MS = Date.UTC(2030, 0, 1);

/** Calls a second of isolates that start within so long and come again when they are told to. */
function countCalls(isolates: number, { spreadMs, forSeconds }: { spreadMs: number; forSeconds: number }) {
  const pace = new ReportPace();
  const due: number[][] = Array.from({ length: forSeconds + 1 }, () => []);
  const plan = (atMs: number): void => {
    due[Math.floor(atMs / SECOND_MS)]?.push(atMs);
  };
  for (let isolate = 0; isolate < isolates; isolate += 1) plan((isolate / isolates) * spreadMs);
  const calls: number[] = [];
  for (const within of due) {
    // Those that come again within this very second are added meanwhile.
    let count = 0;
    for (const atMs of within) {
      count += 1;
      plan(atMs + pace.next(START_MS + atMs, 10_000));
    }
    calls.push(count);
  }
  return calls.slice(0, forSeconds);
}

describe("ReportPace", () => {
  test("has a few come again as soon as they may", () => {
    const pace = new ReportPace();
    for (let time = 0; time < 20; time += 1) expect(pace.next(START_MS + time * 10_000, 10_000)).toBe(10_000);
    expect(countCalls(1_000, { spreadMs: 10_000, forSeconds: 60 }).every((count) => count <= 101)).toBe(true);
  });

  test("spreads ten thousand that started together, for good", () => {
    const calls = countCalls(10_000, { spreadMs: 22_000, forSeconds: 300 });
    expect(Math.max(...calls)).toBeLessThanOrEqual(700);
    const settled = calls.slice(80);
    expect(Math.max(...settled)).toBeLessThanOrEqual(151);
    // Nobody is forgotten: a place that is booked is used.
    expect(settled.reduce((sum, count) => sum + count, 0) / settled.length).toBeGreaterThan(145);
  });

  test("has more come in a second to an object that can take them", () => {
    const pace = new ReportPace(300);
    const waits = Array.from({ length: 301 }, () => pace.next(START_MS, 1_000));
    expect(Math.max(...waits.slice(0, 300))).toBeLessThan(2_000);
    expect(waits[300]).toBe(2_000);
  });

  test("gives others who come sooner places of their own", () => {
    const pace = new ReportPace();
    for (let call = 0; call < 100; call += 1) pace.next(START_MS, 10_000);
    expect(pace.next(START_MS, 1_000)).toBe(1_000);
  });

  test("lets nobody wait for longer than two minutes, and takes a clock that is set back or jumps", () => {
    const pace = new ReportPace();
    const waits = Array.from({ length: 50_000 }, () => pace.next(START_MS, 1_000));
    expect(Math.max(...waits)).toBeLessThanOrEqual(120_000);
    expect(pace.next(START_MS - 3_600_000, 1_000)).toBeGreaterThanOrEqual(1_000);
    expect(pace.next(START_MS + 3_600_000, 1_000)).toBe(1_000);
  });
});

describe("toFirstDelayMs()", () => {
  test("spreads isolates of a network, and keeps a lone one waiting for nothing", () => {
    const first = { fromMs: 2_000, spreadMs: 20_000 };
    expect([0, 0.5, 1].map((random) => toFirstDelayMs(true, first, random))).toEqual([2_000, 12_000, 22_000]);
    expect(toFirstDelayMs(false, first, 0.5)).toBe(0);
  });
});
