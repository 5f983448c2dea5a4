import * as fc from "fast-check";
import { expect, test } from "vitest";
import { TwoGenerationMap } from "../../../src/core/leases/two-generation-map.ts";

test("get() finds what half as many keys as it may hold were used since, and never more than it may hold", () => {
  const uses = fc.array(fc.nat(12), { maxLength: 60 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), uses, (half, keys) => {
      const map = new TwoGenerationMap<number, string>(2 * half);
      let byUse: readonly number[] = [];
      for (const key of keys) {
        const value = map.get(key);
        if (byUse.slice(-half).includes(key)) expect(value).toBe(`value ${key}`);
        else if (value === undefined) map.set(key, `value ${key}`);
        byUse = [...byUse.filter((known) => known !== key), key];
        expect(new Set(map.values()).size).toBeLessThanOrEqual(2 * half);
        expect([...map.values()]).toContain(`value ${key}`);
      }
    }),
  );
});

test("clear() forgets all", () => {
  const map = new TwoGenerationMap<string, number>(2);
  for (const [index, key] of ["a", "b", "c"].entries()) map.set(key, index);
  map.clear();
  expect([map.get("b"), map.get("c"), ...map.values()]).toEqual([undefined, undefined]);
});
