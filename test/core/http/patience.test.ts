import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Patience } from "../../../src/core/http/patience.ts";

/** When it ends for a sender of pieces of so many bytes, each so many milliseconds after the other; undefined: never. */
function endOf(
  patience: Patience,
  pieces: readonly (readonly [afterMs: number, bytes: number])[],
): number | undefined {
  let nowMs = 1_000;
  for (const [afterMs, bytes] of pieces) {
    patience.wait(nowMs);
    if (nowMs + afterMs >= patience.dueMs) return patience.dueMs - 1_000;
    nowMs += afterMs;
    patience.receive(bytes, nowMs);
  }
  return undefined;
}

const many = (afterMs: number, bytes: number): (readonly [number, number])[] =>
  Array.from({ length: 1_000 }, () => [afterMs, bytes] as const);

describe("Patience", () => {
  it.each([
    ["silence", [[99_999, 0]], 500],
    [
      "a pause of almost all of it, then a little",
      [
        [499, 10],
        [12, 1],
      ],
      510,
    ],
    [
      "a pause of almost all of it, then much, then a pause",
      [
        [499, 1_000_000],
        [499, 0],
        [2, 0],
      ],
      999,
    ],
    ["a byte a second", many(1_000, 1), 500],
    ["a trickle", many(100, 50), undefined],
  ] as const)("of half a second ends with %s", (_what, pieces, endMs) => {
    if (endMs === undefined) expect(endOf(new Patience(500, 1), pieces)).toBeLessThanOrEqual(1_000);
    else expect(endOf(new Patience(500, 1), pieces)).toBe(endMs);
  });

  it("does not end while as much comes as is asked for", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 499 }), (afterMs) => {
        expect(endOf(new Patience(500, 1), many(afterMs, afterMs))).toBeUndefined();
      }),
    );
  });

  it("is for all of it where what comes buys nothing", () => {
    expect(endOf(new Patience(500, 0), many(100, 1_000_000))).toBe(500);
  });

  it("never lasts longer than its time after the last piece, whatever came before", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(400), fc.nat(100_000))), (pieces) => {
        const patience = new Patience(500, 1);
        const end = endOf(patience, pieces);
        const lastMs = pieces.reduce((sum, [afterMs]) => sum + afterMs, 1_000);
        patience.wait(lastMs);
        if (end === undefined) expect(patience.dueMs - lastMs).toBeLessThanOrEqual(500);
      }),
    );
  });
});
