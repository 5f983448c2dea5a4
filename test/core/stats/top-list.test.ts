import fc from "fast-check";
import { expect, test } from "vitest";
import { OTHER, TopList } from "../../../src/core/stats/top-list.ts";
import { toRuns } from "../../property-runs.ts";

const key = fc.oneof(fc.constantFrom("a", "b", "c"), fc.nat(200).map(String));
const units = fc.integer({ min: 1, max: 20 });

test("the sum is exact, nobody has more than there was, and who has more than its share is always named", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(key, units), { maxLength: 400 }), (adds) => {
      const list = new TopList(10);
      const exact = new Map<string, number>();
      for (const [name, count] of adds) {
        list.add(name, count);
        exact.set(name, (exact.get(name) ?? 0) + count);
      }
      const all = adds.reduce((sum, [, count]) => sum + count, 0);
      const counts = new Map(list.toCounts());
      expect([...counts.values()].reduce((sum, count) => sum + count, 0)).toBe(all);
      for (const [name, count] of counts)
        if (name !== OTHER) expect(count).toBeLessThanOrEqual(exact.get(name) ?? 0);
      for (const [name, count] of exact) if (count > all / 5) expect(counts.has(name)).toBe(true);
    }),
    { numRuns: toRuns(300) },
  );
});

test("is exact as long as it has room, and stays within it", () => {
  const list = new TopList(3);
  for (const name of ["a", "b", "a", "c", OTHER]) list.add(name, 1);
  expect(list.toCounts()).toEqual([
    ["a", 2],
    ["b", 1],
    ["c", 1],
    [OTHER, 1],
  ]);
  for (let at = 0; at < 10_000; at += 1) list.add(`invented-${at}`, 1);
  expect(list.toCounts().length).toBeLessThanOrEqual(4);
});

test("counts whole units of costs that have fractions", () => {
  const list = new TopList(1);
  for (const cost of [1.25, 1.25, 1.25]) list.add("a", cost);
  list.add(OTHER, 1.25);
  expect(list.toCounts()).toEqual([
    ["a", 4],
    [OTHER, 1],
  ]);
});
