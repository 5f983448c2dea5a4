import { describe, expect, test } from "vitest";
import { SentCalls } from "../../../src/core/feedback/sent-calls.ts";

describe("SentCalls", () => {
  test("counts whole hundredths of its window", () => {
    const sent = new SentCalls(10_000);
    for (const ms of [100, 150, 199, 200, 950]) sent.add(ms);
    expect(sent.countBetween(0, 1_000)).toBe(5);
    expect(sent.countBetween(100, 200)).toBe(3);
    expect(sent.countBetween(101, 200)).toBe(0);
    expect(sent.countBetween(100, 199)).toBe(0);
    expect(sent.countBetween(-Infinity, 300)).toBe(4);
  });

  test("counts one less that was not sent after all", () => {
    const sent = new SentCalls(10_000);
    sent.add(100);
    sent.add(120);
    sent.remove(120);
    sent.remove(5_000);
    expect(sent.countBetween(0, 1_000)).toBe(1);
  });

  test("remembers two windows, however many calls there are", () => {
    const sent = new SentCalls(1_000);
    for (let ms = 0; ms < 10_000; ms += 1) sent.add(ms);
    expect(sent.countBetween(0, 10_000)).toBe(2_010);
  });
});
