// Costs that are estimates until they are settled: a restart finds what was used, at a row or two for each request.

import fc from "fast-check";
import { expect, test } from "vitest";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { type Check, MESSAGE_VERSION } from "../../../src/core/counters/counter-messages.ts";
import { Journal } from "../../../src/core/counters/journal.ts";
import { createRandom, toGapMs } from "../../../tools/simulate-leases/random.ts";
import { JournalMemory } from "../../../tools/fuzz-journal/journal-memory.ts";
import { isAllowed, toCheck, toRequest, toTake } from "./map-store.ts";
import { toRuns } from "../../property-runs.ts";

const START_MS = 1_700_000_000_000;
const STORED_MS = 200;
const HOUR = { algorithm: "sliding-window", limit: 1_000_000, window: "1h" };
const ESTIMATE = 110;

/** A counter object as it stores: its timer for what came back, its journal, and a table that a crash ends. */
class StoredObject {
  readonly memory = new JournalMemory();
  #journal = new Journal(this.memory, START_MS);
  #table = this.#open();
  #storeAtMs = Infinity;

  restart(nowMs: number): void {
    this.#storeAtMs = Infinity;
    this.#journal = new Journal(this.memory, nowMs);
    this.#table = this.#open();
  }

  at(nowMs: number): CounterTable {
    this.#journal.nowMs = nowMs;
    if ((this.#journal.wakeMs ?? Infinity) <= nowMs) this.#journal.tick(nowMs);
    if (nowMs >= this.#storeAtMs) {
      this.#storeAtMs = Infinity;
      this.#table.storeReturned();
    }
    return this.#table;
  }

  take(id: string, check: Check, nowMs: number, key = "k"): boolean {
    return isAllowed(this.at(nowMs).handle(toRequest("take", [{ key, checks: [check] }], id), nowMs));
  }

  settle(
    id: string,
    { cost, ...check }: Check,
    { actual, takenAtMs, nowMs }: { actual: number; takenAtMs: number; nowMs: number },
  ): void {
    const keys = [{ key: "k", checks: [{ ...check, taken: cost, actual }] }];
    this.at(nowMs).settle({ version: MESSAGE_VERSION, id, takenAtMs, keys }, nowMs);
  }

  toUsed(check: Check, nowMs: number): number {
    const [verdict] = this.at(nowMs).handle(toTake("k", { ...check, cost: 0 }), nowMs).verdicts;
    return HOUR.limit - (verdict?.remaining ?? NaN);
  }

  #open(): CounterTable {
    const { readRow: read, writeRow: write } = this.memory;
    const onReturned = (): void => {
      this.#storeAtMs = Math.min(this.#storeAtMs, this.#journal.nowMs + STORED_MS);
    };
    const onForgotten = (): never => {
      throw new Error("a record that cannot be read");
    };
    return new CounterTable({ read, write, onForgotten, onReturned, journal: this.#journal }, 100);
  }
}

interface Call {
  readonly id: string;
  readonly takenAtMs: number;
  readonly endMs: number;
  readonly actual: number;
}

const call = fc.record({
  waitMs: fc.oneof(fc.constant(0), fc.nat(30), fc.nat(2_000)),
  lastsMs: fc.oneof(fc.nat(50), fc.nat(4_000)),
  actual: fc.oneof(fc.constant(0), fc.nat(ESTIMATE), fc.nat(2 * ESTIMATE)),
  crash: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
});

test("a crash finds what was used: of what was under way its estimate at most, and never less than it used", () => {
  const check: Check = { ...toCheck("tokens", HOUR, ESTIMATE), isEstimate: true };
  const light = toCheck("calls", { ...HOUR, limit: 1_000 });
  fc.assert(
    fc.property(fc.array(call, { minLength: 1, maxLength: 60 }), (calls) => {
      const object = new StoredObject();
      let [open, settled, used]: [Call[], Call[], number] = [[], [], 0];
      const endUntil = (untilMs: number): void => {
        const ended = open
          .filter(({ endMs }) => endMs <= untilMs)
          .sort((one, other) => one.endMs - other.endMs);
        for (const { id, actual, takenAtMs, endMs } of ended) {
          object.settle(id, check, { actual, takenAtMs, nowMs: endMs });
          used += actual;
          // The key is named by the journal as well, of another policy.
          object.take(`${id} light`, light, endMs);
        }
        open = open.filter(({ endMs }) => endMs > untilMs);
        settled = [...settled, ...ended];
      };
      let nowMs = START_MS;
      for (const [index, { waitMs, lastsMs, actual, crash }] of calls.entries()) {
        nowMs += waitMs;
        // Others of the object, which a blanket covers.
        for (let other = 0; other < 12; other += 1)
          object.take(`${index} ${other}`, light, nowMs, `o${other}`);
        if (object.take(`c${index}`, check, nowMs))
          open.push({ id: `c${index}`, takenAtMs: nowMs, endMs: nowMs + lastsMs, actual });
        nowMs += waitMs;
        endUntil(nowMs);
        if (!crash) continue;
        object.at(nowMs);
        object.restart(nowMs);
        const found = object.toUsed(check, nowMs);
        const least = used + ESTIMATE * open.length;
        const doubtful = settled.filter(({ endMs }) => endMs + STORED_MS > nowMs);
        const back = doubtful
          .map((one) => Math.max(0, ESTIMATE - one.actual))
          .reduce((all, one) => all + one, 0);
        expect(found).toBeGreaterThanOrEqual(least);
        expect(found).toBeLessThanOrEqual(least + back);
        // Nobody settles those that were under way: they count as they are found.
        [open, settled, used] = [[], [], found];
      }
      expect(object.toUsed(check, nowMs)).toBe(used + ESTIMATE * open.length);
    }),
    { numRuns: toRuns(200) },
  );
});

test("a restart finds what was used under each plan of a key, whichever it was used under", () => {
  const object = new StoredObject();
  const check: Check = { ...toCheck("tokens", HOUR, ESTIMATE), isEstimate: true };
  const [free, pro]: readonly Check[] = [
    { ...check, plan: "" },
    { ...check, plan: "pro" },
  ];
  for (let turn = 0; turn <= 20; turn += 1) {
    const [nowMs, id] = [START_MS + turn * 10, `c${turn}`];
    const asked = (turn % 2 === 0 ? free : pro) ?? check;
    object.take(id, asked, nowMs);
    // The last is still under way.
    if (turn < 20) object.settle(id, asked, { actual: 15, takenAtMs: nowMs, nowMs: nowMs + 5 });
  }
  const laterMs = START_MS + 1_000;
  object.at(laterMs);
  object.restart(laterMs);
  const used = [free, pro].map((asked) => object.toUsed(asked ?? check, laterMs));
  expect(used).toEqual([20 * 15 + ESTIMATE, 20 * 15 + ESTIMATE]);
});

/** Rows for 1,000 calls of one key, each settled after a second. */
function countRows(perSecond: number, isEstimate: boolean): number {
  const random = createRandom(7);
  const object = new StoredObject();
  const check: Check = { ...toCheck("tokens", HOUR, ESTIMATE), isEstimate };
  let beginMs = START_MS;
  const events = Array.from({ length: 1_000 }, (_, index) => {
    beginMs += toGapMs(random, perSecond / 1_000);
    return { atMs: beginMs, id: `c${index}` };
  });
  const ends = events.map(({ atMs, id }) => ({ atMs: atMs + 1_000, id, takenAtMs: Math.floor(atMs) }));
  for (const { atMs, id, ...ended } of [...events, ...ends].sort((one, other) => one.atMs - other.atMs)) {
    const nowMs = Math.floor(atMs);
    if ("takenAtMs" in ended)
      object.settle(id, check, { actual: 15, takenAtMs: Number(ended.takenAtMs), nowMs });
    else object.take(id, check, nowMs);
  }
  object.at(START_MS + 1e9);
  return object.memory.rowWrites + object.memory.slotWrites;
}

test.each([
  [1, 1_900],
  [10, 1_250],
  [100, 1_050],
])(
  "1,000 calls at %i a second write a row each, and a second where nothing else is written: %i",
  (perSecond, most) => {
    const rows = countRows(perSecond, true);
    expect(rows).toBeGreaterThanOrEqual(1_000);
    expect(rows).toBeLessThanOrEqual(most);
  },
);

test("what no settlement corrects to the unit costs what it did", () => {
  expect(countRows(10, false)).toBeLessThanOrEqual(130);
});
