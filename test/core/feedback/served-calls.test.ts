import { describe, expect, test } from "vitest";
import { ServedCalls } from "../../../src/core/feedback/served-calls.ts";

describe("ServedCalls", () => {
  test("counts whole hundredths of its window", () => {
    const served = new ServedCalls(10_000);
    for (const ms of [100, 150, 199, 200, 950]) served.add(ms);
    expect(served.countBetween(0, 1_000)).toBe(5);
    expect(served.countBetween(100, 200)).toBe(3);
    expect(served.countBetween(101, 200)).toBe(0);
    expect(served.countBetween(100, 199)).toBe(0);
    expect(served.countBetween(-Infinity, 300)).toBe(4);
  });

  test("remembers two windows, however many calls there are", () => {
    const served = new ServedCalls(1_000);
    for (let ms = 0; ms < 10_000; ms += 1) served.add(ms);
    expect(served.countBetween(0, 10_000)).toBe(2_010);
  });
});
