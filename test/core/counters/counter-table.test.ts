import { expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { RESERVED_MS } from "../../../src/core/counters/reservations.ts";
import { isAllowed, MapStore, toCheck, toRequest, toTake } from "./map-store.ts";

const NOW_MS = 1_700_000_000_000;
const two = { algorithm: "sliding-window", limit: 2, window: "1h" };
const ten = { algorithm: "token-bucket", limit: 10, window: "1h" };

const remaining = (
  table: CounterTable,
  key: string,
  check: ReturnType<typeof toCheck>,
  nowMs = NOW_MS,
): number | undefined => table.handle(toTake(key, { ...check, cost: 0 }), nowMs).verdicts[0]?.remaining;

test("handle() consumes from every policy or from none", () => {
  const table = new CounterTable(new MapStore(), 10);
  const both = (): boolean =>
    isAllowed(table.handle(toTake("k", toCheck("ten", ten), toCheck("two", two)), NOW_MS));
  expect([both(), both(), both(), both()]).toEqual([true, true, false, false]);
  expect(remaining(table, "k", toCheck("ten", ten))).toBe(8);
  expect(remaining(table, "k", toCheck("two", two))).toBe(0);
});

test("handle() answers an allowing policy's remaining as if the denied request had not been", () => {
  const table = new CounterTable(new MapStore(), 10);
  table.handle(toTake("k", toCheck("two", two, 2)), NOW_MS);
  const { verdicts } = table.handle(toTake("k", toCheck("ten", ten, 4), toCheck("two", two, 1)), NOW_MS);
  expect(verdicts.map(({ outcome, remaining: left }) => [outcome, left])).toEqual([
    ["allowed", 10],
    ["denied", 0],
  ]);
});

test("handle() consumes under all keys of a request or under none", () => {
  const table = new CounterTable(new MapStore(), 10);
  const ask = (): boolean => {
    const keys = [
      { key: "a", checks: [toCheck("ten", ten)] },
      { key: "b", checks: [toCheck("two", two)] },
    ];
    return isAllowed(table.handle(toRequest("take", keys), NOW_MS));
  };
  expect([ask(), ask(), ask()]).toEqual([true, true, false]);
  expect(remaining(table, "a", toCheck("ten", ten))).toBe(8);
});

test("handle() answers a repeated decision id without consuming again", () => {
  const table = new CounterTable(new MapStore(), 10);
  const request = toTake("k", toCheck("two", two));
  expect(table.handle(request, NOW_MS)).toEqual(table.handle(request, NOW_MS + 5));
  expect(remaining(table, "k", toCheck("two", two))).toBe(1);
});

test("a hold keeps units from others, and a release gives them back", () => {
  const table = new CounterTable(new MapStore(), 10);
  const keys = [{ key: "k", checks: [toCheck("two", two, 2)] }];
  expect(isAllowed(table.handle(toRequest("hold", keys, "one"), NOW_MS))).toBe(true);
  expect(isAllowed(table.handle(toTake("k", toCheck("two", two)), NOW_MS))).toBe(false);
  table.handle(toRequest("release", keys, "one"), NOW_MS);
  expect(remaining(table, "k", toCheck("two", two))).toBe(2);
});

test("a hold that comes twice holds once", () => {
  const table = new CounterTable(new MapStore(), 10);
  const keys = [{ key: "k", checks: [toCheck("two", two, 2)] }];
  expect(isAllowed(table.handle(toRequest("hold", keys, "one"), NOW_MS))).toBe(true);
  expect(isAllowed(table.handle(toRequest("hold", keys, "one"), NOW_MS))).toBe(true);
});

test("a hold that nobody finishes expires by itself", () => {
  const table = new CounterTable(new MapStore(), 10);
  const keys = [{ key: "k", checks: [toCheck("two", two, 2)] }];
  table.handle(toRequest("hold", keys), NOW_MS);
  expect(remaining(table, "k", toCheck("two", two), NOW_MS + RESERVED_MS - 1)).toBe(0);
  expect(remaining(table, "k", toCheck("two", two), NOW_MS + RESERVED_MS)).toBe(2);
});

test("a commit consumes what was held, once", () => {
  const table = new CounterTable(new MapStore(), 10);
  const keys = [{ key: "k", checks: [toCheck("two", two)] }];
  table.handle(toRequest("hold", keys, "one"), NOW_MS);
  expect(isAllowed(table.handle(toRequest("commit", keys, "one"), NOW_MS))).toBe(true);
  expect(isAllowed(table.handle(toRequest("commit", keys, "one"), NOW_MS))).toBe(true);
  expect(remaining(table, "k", toCheck("two", two))).toBe(1);
});

test("a commit whose hold is lost decides anew", () => {
  const table = new CounterTable(new MapStore(), 10);
  const keys = [{ key: "k", checks: [toCheck("two", two, 2)] }];
  expect(isAllowed(table.handle(toRequest("commit", keys), NOW_MS))).toBe(true);
  expect(isAllowed(table.handle(toRequest("commit", keys), NOW_MS))).toBe(false);
});

test("a release after a commit gives back, once", () => {
  const table = new CounterTable(new MapStore(), 10);
  const keys = [{ key: "k", checks: [toCheck("ten", ten, 3)] }];
  table.handle(toRequest("hold", keys, "one"), NOW_MS);
  table.handle(toRequest("commit", keys, "one"), NOW_MS);
  table.handle(toRequest("take", keys, "two"), NOW_MS);
  table.handle(toRequest("release", keys, "one"), NOW_MS);
  table.handle(toRequest("release", keys, "one"), NOW_MS);
  expect(remaining(table, "k", toCheck("ten", ten))).toBe(7);
});

test("a write that fails leaves every counter as it was", () => {
  const store = new MapStore();
  const table = new CounterTable(store, 10);
  const keys = [
    { key: "a", checks: [toCheck("ten", ten)] },
    { key: "b", checks: [toCheck("ten", ten)] },
  ];
  store.failsAfter = 1;
  expect(() => table.handle(toRequest("take", keys), NOW_MS)).toThrow("storage failed");
  store.failsAfter = Infinity;
  expect(remaining(table, "a", toCheck("ten", ten))).toBe(10);
  expect(remaining(table, "b", toCheck("ten", ten))).toBe(10);
});

test.each(["not json", "{}", '{"version":2,"counters":{}}', '{"version":1,"counters":["ten"]}'])(
  "a damaged row is never seen, and reported: %s",
  (text) => {
    const store = new MapStore();
    store.rows.set("k", text);
    const table = new CounterTable(store, 10);
    expect(remaining(table, "k", toCheck("ten", ten))).toBe(10);
    expect(store.forgotten).toEqual(["k * damaged"]);
  },
);

test("one damaged counter of a row leaves the others", () => {
  const store = new MapStore();
  new CounterTable(store, 10).handle(toTake("k", toCheck("ten", ten, 4), toCheck("two", two)), NOW_MS);
  const row = JSON.parse(store.rows.get("k") ?? "") as { counters: Record<string, { state: unknown }> };
  row.counters["two"] = { ...row.counters["two"], state: { used: "many" } };
  store.rows.set("k", JSON.stringify(row));
  const table = new CounterTable(store, 10);
  expect(remaining(table, "k", toCheck("two", two))).toBe(2);
  expect(remaining(table, "k", toCheck("ten", ten))).toBeLessThanOrEqual(6);
  expect(store.forgotten).toEqual(["k two damaged"]);
});

test("a changed algorithm starts fresh, a changed limit keeps what was used", () => {
  const store = new MapStore();
  const table = new CounterTable(store, 10);
  table.handle(toTake("k", toCheck("p", ten, 6)), NOW_MS);
  expect(remaining(table, "k", toCheck("p", { ...ten, limit: 20 }))).toBe(14);
  expect(remaining(table, "k", toCheck("p", two))).toBe(2);
  table.handle(toTake("k", toCheck("p", two)), NOW_MS);
  expect(store.forgotten).toContain("k p algorithm-changed");
});

test("keys beyond the bound are read from their rows again", () => {
  const store = new MapStore();
  const table = new CounterTable(store, 2);
  for (const key of ["a", "b", "c", "d"]) table.handle(toTake(key, toCheck("two", two, 2)), NOW_MS);
  expect(remaining(table, "a", toCheck("two", two))).toBe(0);
});
