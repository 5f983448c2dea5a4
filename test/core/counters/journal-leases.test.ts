// Leases that a busy object's blanket covers: what they cost in rows, and that none is forgotten by a crash.

import { describe, expect, test } from "vitest";
import { IsolateLeases } from "../../../src/core/leases/isolate-leases.ts";
import { toLeaseTerms } from "../../../src/core/leases/lease-terms.ts";
import { BusyObject, countRows, newKey, START_MS, toVisitor } from "./busy-object.ts";
import { toRuns } from "../../property-runs.ts";
import { toCheck, toTake } from "./map-store.ts";

type Check = ReturnType<typeof toCheck>;

/** One isolate in front of the object, which decides what it has leased. `isRenewing`: behind its answers. */
class LeasingIsolate {
  readonly #object: BusyObject;
  readonly #check: Check;
  readonly #leases = new IsolateLeases(() => "i", 10_000);
  calls = 0;

  constructor(object: BusyObject, check: Check) {
    this.#object = object;
    this.#check = check;
  }

  request(key: string, nowMs: number): void {
    const answer = this.#leases.take(key, 1, nowMs);
    if (answer === "ask") this.#ask(key, 1, nowMs);
    else if (answer.endsWith("renew")) this.#ask(key, 0, nowMs);
  }

  #ask(key: string, cost: number, nowMs: number): void {
    const { algorithm, settings } = this.#check;
    const terms = toLeaseTerms(algorithm, settings);
    const lease = terms && this.#leases.report(key, { cost: 1, terms }, nowMs);
    if (cost === 0 && lease === undefined) return;
    this.calls += 1;
    const verdict = this.#object.ask(key, { ...this.#check, cost, ...(lease && { lease }) }, nowMs);
    if (lease !== undefined)
      this.#leases.accept(key, { seq: lease.seq, grant: verdict?.lease }, { sentMs: nowMs, nowMs });
  }
}

interface Counted {
  readonly rows: number;
  readonly calls: number;
}

function countLeased(
  perSecond: number,
  toKey: (index: number, atMs: number) => string,
  options: { readonly limit?: number; readonly hasJournal?: boolean; readonly requests?: number } = {},
): Counted {
  const isolates: LeasingIsolate[] = [];
  const { requests = 6_000 } = options;
  const rows = countRows(perSecond, toKey, {
    ...options,
    toRequest: (object, check) => {
      const isolate = new LeasingIsolate(object, check);
      isolates.push(isolate);
      return (key, nowMs) => {
        isolate.request(key, nowMs);
      };
    },
  });
  return { rows, calls: ((isolates[0]?.calls ?? 0) / requests) * 1_000 };
}

describe("1,000 requests of leased keys", () => {
  test.each([
    ["new keys", 10, newKey, 200, 1_000],
    ["new keys", 100, newKey, 20, 1_000],
    ["visitors", 10, toVisitor(10), 200, 450],
    ["visitors", 100, toVisitor(100), 20, 450],
  ] as const)(
    "of %s at %i a second write few rows, and make few calls",
    (_, perSecond, toKey, most, calls) => {
      const used = countLeased(perSecond, toKey);
      expect(used.rows).toBeLessThanOrEqual(most);
      expect(used.calls).toBeLessThanOrEqual(calls);
    },
  );

  test.each([1, 3, 10, 30])("write no more rows than without a journal, at %d a second", (perSecond) => {
    const options = { requests: 250 + toRuns(1_250) };
    for (const toKey of [newKey, toVisitor(perSecond), () => "one", (index: number) => `k${index % 2}`])
      for (const limit of [100, 6_000]) {
        const { rows: before } = countLeased(perSecond, toKey, { ...options, limit, hasJournal: false });
        expect(countLeased(perSecond, toKey, { ...options, limit }).rows).toBeLessThanOrEqual(
          before * 1.005 + 2,
        );
      }
  });
});

describe("a crash", () => {
  const WINDOW = toCheck("p", { algorithm: "sliding-window", limit: 100, window: "1m", subWindows: 60 });
  /** The seventh of its units a blanket covers. */
  const COVERED = 6;
  const report = { account: "i.1", seq: 1, spent: 0, kept: 0, wantedPerSecond: 2, cost: 1 };
  const toBusy = (afterMs = 0): { object: BusyObject; nowMs: number; rows: number } => {
    const object = new BusyObject();
    const lender = { ...WINDOW, lease: { ...report, account: "other" } };
    for (let index = 0; index < 20; index += 1) object.ask(`k${index}`, lender, START_MS + afterMs + index);
    expect(object.journal.wakeMs).toBeDefined();
    return { object, nowMs: START_MS + afterMs + 20, rows: object.memory.rowWrites };
  };
  const readLeft = (object: BusyObject, nowMs: number): number =>
    object.take("k", { ...WINDOW, cost: 0 }, nowMs) ?? 0;

  test("counts what was lent without a row until nobody can spend it, and a window longer", () => {
    const { object, nowMs, rows } = toBusy();
    const units = object.ask("k", { ...WINDOW, lease: report }, nowMs)?.lease?.units ?? 0;
    expect(units).toBe(COVERED - 1);
    expect(object.memory.rowWrites).toBe(rows);
    object.restart(nowMs + 900);
    // The isolate spends all of it just before its lease expires: 5 s after the grant, which the blanket outlives.
    const spentMs = nowMs + 4_900;
    for (const atMs of [nowMs + 901, nowMs + 3_000, spentMs])
      expect(readLeft(object, atMs)).toBeLessThanOrEqual(100 - units);
    object.restart(spentMs + 59_000);
    expect(readLeft(object, spentMs + 59_900)).toBeLessThanOrEqual(100 - units);
    expect(readLeft(object, nowMs + 120_000)).toBe(100);
  });

  test("counts what was lent twice under one blanket, in a row where it is more than that covers", () => {
    const { object, nowMs, rows } = toBusy();
    object.ask("k", { ...WINDOW, lease: report }, nowMs);
    const again = { ...report, seq: 2, spent: COVERED - 1 };
    const { lease } = object.ask("k", { ...WINDOW, lease: again }, nowMs + 1) ?? {};
    expect(lease?.units).toBeGreaterThan(0);
    expect(object.memory.rowWrites).toBeGreaterThan(rows);
    object.restart(nowMs + 2);
    expect(readLeft(object, nowMs + 2)).toBeLessThanOrEqual(
      100 - 1 - (COVERED - 1) - 1 - (lease?.units ?? 0),
    );
  });

  test("counts a lease that was prolonged after a blanket's end, though nothing was granted anew", () => {
    const { object, nowMs } = toBusy(300);
    object.ask("k", { ...WINDOW, lease: report }, nowMs + 900);
    const endMs = object.journal.wakeMs ?? 0;
    // The timer is late: nothing names the key yet.
    const lateMs = endMs + 880;
    object.journal.nowMs = lateMs;
    const kept = { ...report, seq: 2, kept: COVERED - 1, wantedPerSecond: 0 };
    const { verdicts } = object.table.handle(toTake("k", { ...WINDOW, cost: 0, lease: kept }), lateMs);
    expect(verdicts[0]?.lease).toMatchObject({ units: COVERED - 1, ttlMs: 5_000 });
    object.restart(lateMs + 10);
    expect(readLeft(object, lateMs + 4_990 + 59_950)).toBeLessThanOrEqual(100 - (COVERED - 1));
  });

  test("of an object that had not lent under a blanket costs no lease: it is written", () => {
    const object = new BusyObject();
    for (let index = 0; index < 20; index += 1) object.ask(`k${index}`, WINDOW, START_MS + index);
    expect(object.journal.wakeMs).toBeDefined();
    const rows = object.memory.rowWrites;
    object.ask("k", { ...WINDOW, lease: report }, START_MS + 20);
    expect(object.memory.rowWrites).toBe(rows + 1);
  });

  test("costs no plan what the key has used under others: the first request of a plan has a row", () => {
    const free = { ...WINDOW, plan: "" };
    const pro = { ...toCheck("p", { algorithm: "sliding-window", limit: 1_000, window: "1m" }), plan: "pro" };
    const object = new BusyObject();
    object.ask("k", { ...free, cost: 90 }, START_MS);
    for (let index = 0; index < 200; index += 1)
      object.ask(`k${index}`, index % 2 === 0 ? free : pro, START_MS + 10 * index);
    expect(object.journal.wakeMs).toBeDefined();
    const nowMs = object.journal.nowMs + 10;
    object.ask("k", pro, nowMs);
    object.restart(nowMs + 1);
    expect(object.take("k", { ...pro, cost: 0 }, nowMs + 1)).toBeLessThanOrEqual(1_000 - 91);
  });
});
