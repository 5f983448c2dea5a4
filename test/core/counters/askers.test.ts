import { expect, test } from "vitest";
import { Askers } from "../../../src/core/counters/askers.ts";

const check = { policy: "p", algorithm: "token-bucket", settings: {}, cost: 1 } as const;

function note(askers: Askers, asker: string | undefined, nowMs: number, ...keys: readonly string[]): number {
  return askers.note({ asker, keys: keys.map((key) => ({ key, checks: [check] })) }, nowMs);
}

test("note() counts each instance once, and the busiest key", () => {
  const askers = new Askers(10);
  expect([note(askers, "a", 0, "k"), note(askers, "a", 1, "k"), note(askers, "b", 2, "k")]).toEqual([
    1, 1, 2,
  ]);
  expect(note(askers, "b", 3, "other")).toBe(1);
  expect(note(askers, "b", 4, "other", "k")).toBe(2);
});

test("note() counts who asked within the last 30 seconds, and nobody of a minute ago", () => {
  const askers = new Askers(10);
  note(askers, "a", 0, "k");
  note(askers, "b", 29_999, "k");
  expect(note(askers, "c", 59_998, "k")).toBe(3);
  expect(note(askers, "c", 89_999, "k")).toBe(1);
  expect(note(askers, "d", 1_000_000, "k")).toBe(1);
});

test("note() holds neither more keys nor more instances than it may", () => {
  const askers = new Askers(2);
  for (const key of ["k", "l", "m"]) note(askers, "a", 0, key);
  expect([note(askers, "b", 1, "m"), note(askers, "b", 1, "k")]).toEqual([2, 1]);
  for (let index = 0; index < 2_000; index += 1) note(askers, `isolate ${index}`, 2, "m");
  expect(note(askers, "last", 3, "m")).toBe(1_000);
});

test("note() counts one where nobody says who asks", () => {
  expect(note(new Askers(10), undefined, 0, "k")).toBe(1);
});
