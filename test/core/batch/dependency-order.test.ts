import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toDependencyOrder } from "../../../src/core/batch/dependency-order.ts";

describe("toDependencyOrder()", () => {
  it.each([
    [[], []],
    [
      [[], [], []],
      [0, 1, 2],
    ],
    [
      [[1], [2], []],
      [2, 1, 0],
    ],
    [
      [[2], [], [1, 1]],
      [1, 2, 0],
    ],
  ])("of %j is %j", (after, order) => {
    expect(toDependencyOrder(after)).toEqual({ ok: true, value: order });
  });

  it.each([
    [[[0]], [0]],
    [
      [[1], [0], []],
      [0, 1],
    ],
    [
      [[1], [2], [1], []],
      [0, 1, 2],
    ],
  ])("of %j is a circle of %j and what hangs on it", (after, circle) => {
    expect(toDependencyOrder(after)).toEqual({ ok: false, error: circle });
  });

  it("has every place once, after all that it waits for; or there is a circle", () => {
    const graph = fc.integer({ min: 0, max: 50 }).chain((count) =>
      fc.array(fc.array(fc.nat(Math.max(0, count - 1)), { maxLength: 3 }), {
        minLength: count,
        maxLength: count,
      }),
    );
    fc.assert(
      fc.property(graph, fc.boolean(), (edges, isForward) => {
        const after = isForward ? edges.map((places, at) => places.filter((place) => place < at)) : edges;
        const order = toDependencyOrder(after);
        if (!order.ok) {
          // Each of them waits for another of them: none can ever be first.
          expect(isForward).toBe(false);
          for (const at of order.error)
            expect(after[at]?.some((place) => order.error.includes(place))).toBe(true);
          return;
        }
        expect([...order.value].sort((a, b) => a - b)).toEqual([...after.keys()]);
        for (const [at, places] of after.entries())
          for (const place of places)
            expect(order.value.indexOf(place)).toBeLessThan(order.value.indexOf(at));
      }),
    );
  });
});
