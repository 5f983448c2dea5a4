import * as fc from "fast-check";
import { expect, test } from "vitest";
import { LruMap } from "../../src/core/lru-map.ts";

test("set() forgets the entry that was used longest ago, and get() is a use", () => {
  const map = new LruMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  expect(map.get("a")).toBe(1);
  map.set("c", 3);
  expect([map.get("a"), map.get("b"), map.get("c"), map.size]).toEqual([1, undefined, 3, 2]);
});

test("set() of a key that is there replaces its value, is a use and forgets nothing", () => {
  const map = new LruMap<string, number>(2);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 3);
  expect([map.size, map.get("b"), map.get("a")]).toEqual([2, 2, 3]);
  map.set("b", 4);
  map.set("a", 5);
  map.set("c", 6);
  expect([map.get("b"), map.get("a")]).toEqual([undefined, 5]);
});

test("delete() makes room", () => {
  const map = new LruMap<string, number>(1);
  map.set("a", 1);
  map.delete("a");
  map.delete("never there");
  expect([map.size, map.get("a")]).toEqual([0, undefined]);
});

test("set() and get() agree with a list in order of use, and never hold more than the most", () => {
  const use = fc.record({ key: fc.nat(6), value: fc.option(fc.nat(), { nil: undefined }) });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), fc.array(use, { maxLength: 40 }), (sizeMax, uses) => {
      const map = new LruMap<number, number>(sizeMax);
      let model: (readonly [key: number, value: number])[] = [];
      for (const { key, value } of uses) {
        const found = model.find(([known]) => known === key);
        if (value === undefined) expect(map.get(key)).toBe(found?.[1]);
        else map.set(key, value);
        const kept = value === undefined ? found : ([key, value] as const);
        model = model.filter(([known]) => known !== key);
        if (kept !== undefined) model.push(kept);
        model = model.slice(-sizeMax);
        expect(map.size).toBe(model.length);
        expect([...map.entries()]).toEqual(model);
      }
    }),
  );
});

/** Each value is its weight. */
const byValue = (_key: unknown, value: number): number => value;

test("set() forgets what was used longest ago, until the rest is light enough", () => {
  const map = new LruMap<string, number>(10, byValue);
  map.set("a", 3);
  map.set("b", 4);
  expect(map.get("a")).toBe(3);
  map.set("c", 7);
  expect([map.get("a"), map.get("b"), map.get("c"), map.weight]).toEqual([3, undefined, 7, 10]);
});

test("set() holds nothing that is too heavy, nor what stood in its place", () => {
  const map = new LruMap<string, number>(10, byValue);
  map.set("a", 1);
  map.set("b", 2);
  map.set("a", 11);
  expect([map.get("a"), map.get("b"), map.weight]).toEqual([undefined, 2, 2]);
});

test("weight is that of what is held, never more than it may be, whatever is done", () => {
  const steps = fc.array(fc.tuple(fc.integer({ min: 0, max: 7 }), fc.integer({ min: 0, max: 12 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(steps, (taken) => {
      const map = new LruMap<number, number>(20, byValue);
      for (const [key, weight] of taken) {
        if (weight === 0) map.delete(key);
        else map.set(key, weight);
        const held = Array.from({ length: 8 }, (_, at) => map.get(at) ?? 0);
        expect(map.weight).toBe(held.reduce((sum, one) => sum + one, 0));
        expect(map.weight).toBeLessThanOrEqual(20);
      }
    }),
  );
});

test("entries() goes on when the one that it came to is deleted", () => {
  const map = new LruMap<string, number>(5);
  for (const [value, key] of ["a", "b", "c", "d", "e"].entries()) map.set(key, value);
  const seen: string[] = [];
  for (const [key, value] of map.entries()) {
    seen.push(key);
    if (value % 2 === 0) map.delete(key);
  }
  expect([seen.join(""), [...map.entries()]]).toEqual([
    "abcde",
    [
      ["b", 1],
      ["d", 3],
    ],
  ]);
});

test("a hot key among thousands costs no more than one alone", () => {
  const map = new LruMap<string, number>(10_000);
  for (let at = 0; at < 5_000; at += 1) map.set(`key-${at}`, at);
  const startedMs = performance.now();
  for (let time = 0; time < 40_000; time += 1) map.get(time % 8 === 0 ? "key-8" : "key-7");
  // By the order of the map itself it is some 1,500 ms, and this 2 ms.
  expect(performance.now() - startedMs).toBeLessThan(300);
});
