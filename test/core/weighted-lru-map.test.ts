import * as fc from "fast-check";
import { expect, test } from "vitest";
import { WeightedLruMap } from "../../src/core/weighted-lru-map.ts";

test("WeightedLruMap forgets what was used longest ago, until the rest is light enough", () => {
  const map = new WeightedLruMap<string, number>(10);
  map.set("a", 1, 4);
  map.set("b", 2, 4);
  expect(map.get("a")).toBe(1);
  map.set("c", 3, 6);
  expect([map.get("a"), map.get("b"), map.get("c"), map.weight]).toEqual([1, undefined, 3, 10]);
});

test("WeightedLruMap holds nothing that is too heavy, nor what stood in its place", () => {
  const map = new WeightedLruMap<string, number>(10);
  map.set("a", 1, 1);
  map.set("b", 2, 1);
  map.set("a", 3, 11);
  expect([map.get("a"), map.get("b"), map.weight]).toEqual([undefined, 2, 1]);
});

test("WeightedLruMap weighs what it holds, never more than it may, whatever is done to it", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 12 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (taken) => {
      const map = new WeightedLruMap<number, number>(20);
      for (const [key, weight] of taken) {
        if (weight === 0) map.delete(key);
        else map.set(key, weight, weight);
        const held = Array.from({ length: 8 }, (_, at) => map.get(at) ?? 0);
        expect(map.weight).toBe(held.reduce((sum, one) => sum + one, 0));
        expect(map.weight).toBeLessThanOrEqual(20);
      }
    }),
  );
});
