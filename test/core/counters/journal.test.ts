// The journal of a busy object: what it costs in rows, and that what storage says is never less than what was used.

import { describe, expect, test } from "vitest";
import { toBlanketUnits } from "../../../src/core/counters/blanket-units.ts";
import { JournalSlots } from "../../../src/core/counters/journal-slots.ts";
import { JournalMemory } from "../../../tools/fuzz-journal/journal-memory.ts";
import { play } from "../../../tools/fuzz-journal/play.ts";
import { BusyObject, countRows, MINUTE, newKey, START_MS, toVisitor } from "./busy-object.ts";
import { toCheck, toTake } from "./map-store.ts";
import { toRuns } from "../../property-runs.ts";

describe("rows for 1,000 requests", () => {
  test.each([
    ["new keys", 10, newKey, 200],
    ["new keys", 100, newKey, 20],
    ["visitors", 10, toVisitor(10), 200],
    ["visitors", 100, toVisitor(100), 20],
  ] as const)("of %s at %i a second", (_, perSecond, toKey, most) => {
    const rows = countRows(perSecond, toKey);
    expect(rows).toBeLessThanOrEqual(most);
    expect(rows).toBeGreaterThan(0);
  });

  test.each([0.5, 1, 3, 5, 10, 30])("are never more than without a journal, at %d a second", (perSecond) => {
    const options = { requests: 250 + toRuns(1_250) };
    for (const toKey of [newKey, toVisitor(perSecond), () => "one", (index: number) => `k${index % 2}`])
      for (const limit of [10, 20, 100, 6_000]) {
        const before = countRows(perSecond, toKey, { ...options, limit, hasJournal: false });
        // A unit of rounding in a thousand, where chance opens one blanket that does not pay.
        expect(countRows(perSecond, toKey, { ...options, limit })).toBeLessThanOrEqual(before * 1.005 + 2);
      }
  });
});

describe("a crash", () => {
  const check = toCheck("p", MINUTE);
  const toBusy = (keysMax?: number): { object: BusyObject; nowMs: number } => {
    const object = new BusyObject(true, keysMax);
    let nowMs = START_MS;
    for (let index = 0; index < 40; index += 1) object.take(`k${index % 20}`, check, (nowMs += 20));
    return { object, nowMs };
  };

  test("costs every key of a busy object a few units, and none what it has used", () => {
    const { object, nowMs } = toBusy();
    expect(object.memory.slotWrites).toBe(1);
    object.restart(nowMs);
    for (let index = 0; index < 20; index += 1) {
      const left = object.take(`k${index}`, { ...check, cost: 0 }, nowMs) ?? 0;
      expect(left).toBeLessThanOrEqual(98);
      expect(left).toBeGreaterThanOrEqual(98 - toBlanketUnits("token-bucket", check.settings) - 1);
    }
    expect(object.take("new", { ...check, cost: 0 }, nowMs)).toBe(94);
  });

  test("forgets nothing of a bucket whose row would have expired without what was used on top of it", () => {
    const object = new BusyObject();
    object.take("slow", { ...check, cost: 10 }, START_MS);
    let nowMs = START_MS + 2_200;
    for (let index = 0; index < 40; index += 1) object.take(`k${index}`, check, (nowMs += 20));
    // Half of it is back. The blanket covers as much again, and the object dies before anything names it.
    const { rowWrites, slotWrites } = object.memory;
    expect(object.take("slow", { ...check, cost: 6 }, nowMs)).toBe(89);
    expect([object.memory.rowWrites, object.memory.slotWrites]).toEqual([rowWrites, slotWrites]);
    nowMs += 3_100;
    object.memory.sweep(nowMs);
    object.restart(nowMs);
    expect(object.take("slow", { ...check, cost: 0 }, nowMs)).toBeLessThanOrEqual(94);
  });

  test("after the last write of a busy time costs nothing: every eviction of an object that has become idle", () => {
    const { object, nowMs } = toBusy();
    for (const laterMs of [1_100, 2_200]) object.journal.tick(nowMs + laterMs);
    expect(object.journal.wakeMs).toBeUndefined();
    object.restart(nowMs + 12_000);
    for (let index = 0; index < 20; index += 1)
      expect(object.take(`k${index}`, { ...check, cost: 0 }, nowMs + 12_000)).toBe(100);
    expect(object.take("new", { ...check, cost: 0 }, nowMs + 12_000)).toBe(100);
  });

  test("under limits below 20 costs nothing: each request is written", () => {
    const few = toCheck("few", { ...MINUTE, algorithm: "sliding-window", limit: 19 });
    const object = new BusyObject();
    let nowMs = START_MS;
    for (let index = 0; index < 60; index += 1) object.take(`k${index % 20}`, few, (nowMs += 20));
    expect([object.memory.slotWrites, object.memory.rowWrites]).toEqual([0, 60]);
    object.restart(nowMs);
    for (let index = 0; index < 20; index += 1)
      expect(object.take(`k${index}`, { ...few, cost: 0 }, nowMs)).toBe(16);
  });

  test("costs no unit that a key has used which memory had no room for", () => {
    const [{ object, nowMs }, { object: roomy }] = [toBusy(3), toBusy()];
    for (let index = 0; index < 20; index += 1) {
      const left = roomy.take(`k${index}`, { ...check, cost: 0 }, nowMs) ?? 0;
      expect(left).toBeLessThan(100);
      expect(object.take(`k${index}`, { ...check, cost: 0 }, nowMs)).toBeLessThanOrEqual(left);
    }
  });

  test("costs nothing that is granted: a lease is written before it leaves, within an allowance too", () => {
    for (let takes = 1; takes <= 6; takes += 1) {
      const { object, nowMs } = toBusy();
      for (let time = 0; time < takes; time += 1) object.take("k0", check, nowMs);
      const lease = { account: "i.1", seq: 1, spent: 0, kept: 0, wantedPerSecond: 50, cost: 1 };
      object.take("k0", { ...check, cost: 0, lease }, nowMs);
      const left = object.take("k0", { ...check, cost: 0 }, nowMs) ?? 0;
      expect(left).toBeLessThan(98 - takes);
      object.restart(nowMs);
      expect(object.take("k0", { ...check, cost: 0 }, nowMs)).toBeLessThanOrEqual(left);
    }
  });

  test("costs nothing that a blanket does not list, nor what is used after its end", () => {
    const { object, nowMs } = toBusy();
    const other = toCheck("other", MINUTE);
    object.take("k0", other, nowMs);
    expect(object.memory.rows.get("k0")?.text).toContain("other");
    const endMs = object.journal.wakeMs ?? 0;
    object.journal.nowMs = endMs;
    object.table.handle(toTake("late", check), endMs);
    expect(object.memory.rows.get("late")?.text ?? object.journal.slots.read("late")).toContain(
      "token-bucket",
    );
  });

  test("rows of a deployment without a journal are read as they are", () => {
    const before = new BusyObject(false);
    for (let time = 0; time < 3; time += 1) before.take("old", check, START_MS + time);
    before.restart(START_MS + 3);
    const after = new BusyObject();
    for (const [key, row] of before.memory.rows) after.memory.rows.set(key, row);
    expect(after.take("old", { ...check, cost: 0 }, START_MS + 3)).toBe(97);
  });

  test("never lets anything through too much, in a few of the courses that `npm run fuzz:journal` plays", () => {
    const total = { over: 0, crashes: 0, slotWrites: 0, denied: 0 };
    for (let seed = 1; seed <= 10 + toRuns(14); seed += 1) {
      const played = play(seed, { seconds: 8, crashMs: seed % 2 === 0 ? 900 : 300 });
      for (const name of Object.keys(total) as (keyof typeof total)[]) total[name] += played[name];
    }
    expect(total.over).toBe(0);
    expect(total.crashes).toBeGreaterThan(100);
    expect(total.slotWrites).toBeGreaterThan(20);
    expect(total.denied).toBeGreaterThan(300);
  });
});

test("slots are joined where too many are in use, and nothing of them is lost", () => {
  const memory = new JournalMemory();
  const slots = new JournalSlots(memory);
  const expiresAtMs = START_MS + 1_000_000;
  for (let epoch = 1; epoch <= 600; epoch += 1) {
    const named = [`k${epoch}`, `again ${epoch % 7}`].map((key) => ({
      key,
      text: `${key} ${epoch}`,
      expiresAtMs,
    }));
    slots.write({ epoch, open: undefined, standing: [] }, named, START_MS);
  }
  expect(memory.list().length).toBeLessThan(300);
  for (const found of [slots, new JournalSlots(memory)]) {
    for (let epoch = 1; epoch <= 600; epoch += 1) expect(found.read(`k${epoch}`)).toBe(`k${epoch} ${epoch}`);
    for (let epoch = 594; epoch <= 600; epoch += 1)
      expect(found.read(`again ${epoch % 7}`)).toBe(`again ${epoch % 7} ${epoch}`);
    expect([...found.records()]).toHaveLength(607);
  }
});
