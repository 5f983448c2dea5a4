// Which keys are the fullest, of more than are kept.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Fullest, FULLEST_MAX, FullestObjects } from "../../../src/core/stats/fullest.ts";
import { toRuns } from "../../property-runs.ts";

describe("the fullest", () => {
  test("are those with the highest share that was seen of each, whatever came in which order", () => {
    const seen = fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 0, max: 100 })), {
      minLength: 60,
      maxLength: 200,
    });
    fc.assert(
      fc.property(seen, (notes) => {
        const fullest = new Fullest<undefined>();
        const highest = new Map<number, number>();
        for (const [name, percent] of notes) {
          fullest.note(String(name), percent, undefined);
          highest.set(name, Math.max(highest.get(name) ?? 0, percent));
        }
        const wanted = [...highest.values()].sort((a, b) => b - a).slice(0, FULLEST_MAX);
        expect(fullest.list().map(({ percent }) => percent)).toEqual(wanted);
        for (const { name, percent } of fullest.list()) expect(highest.get(Number(name))).toBe(percent);
      }),
      { numRuns: toRuns(300) },
    );
  });

  test("objects are those of each policy, as they travelled", () => {
    const fullest = new FullestObjects();
    fullest.add([
      ["a", "", "EU:1", 10],
      ["b", "gold", "EU:1", 30],
    ]);
    fullest.add([
      ["a", "", "EU:1", 50],
      ["a", "", "EU:2", 90],
    ]);
    expect(fullest.toData()).toEqual([
      ["a", "", "EU:2", 90],
      ["a", "", "EU:1", 50],
      ["b", "gold", "EU:1", 30],
    ]);
  });
});
