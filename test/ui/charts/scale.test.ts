import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pickTicks, toStack, toTop } from "../../../ui/charts/scale.ts";

describe("toTop()", () => {
  it.each([
    [0, 1],
    [1, 1],
    [7, 10],
    [10, 10],
    [11, 20],
    [21, 25],
    [230, 250],
    [251, 500],
    [9_999, 10_000],
  ])("of %d is %d", (most, top) => {
    expect(toTop(most)).toBe(top);
  });

  it("is never below the figure, and never leaves more than three fifths of the chart empty", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 1e12, noNaN: true }), (most) => {
        expect(toTop(most)).toBeGreaterThanOrEqual(most);
        expect(toTop(most)).toBeLessThan(most * 2.51);
      }),
    );
  });
});

describe("toStack()", () => {
  it("puts each series on those before it, column by column", () => {
    expect(
      toStack([
        [1, 2],
        [0, 3],
      ]),
    ).toEqual([
      [
        { from: 0, to: 1 },
        { from: 0, to: 2 },
      ],
      [
        { from: 1, to: 1 },
        { from: 2, to: 5 },
      ],
    ]);
  });
});

describe("pickTicks()", () => {
  it.each([
    [0, []],
    [3, [0, 1, 2]],
    [15, [0, 3, 6, 9, 12]],
    [16, [0, 3, 6, 9, 12]],
    [60, [0, 10, 20, 30, 40, 50]],
  ])("of %d columns labels %j", (count, ticks) => {
    expect(pickTicks(count, 6)).toEqual(ticks);
  });
});
