import { describe, expect, it } from "vitest";
import { toCount, toDuration, toExact, toMoment, toPercent } from "../../ui/format.ts";

describe("figures as they are written", () => {
  it.each([
    [0, "0"],
    [9_999, "9,999"],
    [18_123, "18.1K"],
    [2_400_000, "2.4M"],
  ])("toCount() writes %d as %s", (count, text) => {
    expect(toCount(count)).toBe(text);
    expect(toExact(count).replaceAll(",", "")).toBe(String(count));
  });

  it("toMoment() names the year where it is another one", () => {
    const at = (year: number): number => new Date(year, 5, 1, 9, 5).getTime();
    expect(toMoment(at(2026), at(2026))).toBe("1 Jun 09:05:00");
    expect(toMoment(at(2099), at(2026))).toBe("1 Jun 2099 09:05:00");
  });

  it.each([
    [0, 10, "0 %"],
    [1, 100_000, "<0.1 %"],
    [1, 30, "3.3 %"],
    [5, 100, "5 %"],
    [1, 3, "33 %"],
    [0, 0, "–"],
    // A share of what is whole is never written as all of it where it is not.
    [9_999, 10_000, ">99 %"],
    [10_000, 10_000, "100 %"],
  ])("toPercent() writes %d of %d as %s", (part, whole, text) => {
    expect(toPercent(part, whole)).toBe(text);
  });

  it.each([
    [undefined, "–"],
    [null, "–"],
    [0, "0 ms"],
    [0.25, "0.3 ms"],
    [41, "41 ms"],
    [999.6, "1 s"],
    [1_250, "1.3 s"],
    [41_000, "41 s"],
    [90_000, "1.5 min"],
    [86_400_000, "24 h"],
    [864_000_000, "10 d"],
  ])("toDuration() writes %s as %s", (ms, text) => {
    expect(toDuration(ms)).toBe(text);
  });
});
