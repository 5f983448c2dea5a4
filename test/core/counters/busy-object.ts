// A counter object that is busy enough for its journal, on storage in memory, and what traffic costs it.

import type { CheckVerdict } from "../../../src/core/counters/counter-messages.ts";
import { CounterTable } from "../../../src/core/counters/counter-table.ts";
import { Journal } from "../../../src/core/counters/journal.ts";
import { JournalMemory } from "../../../tools/fuzz-journal/journal-memory.ts";
import { createRandom, toGapMs } from "../../../tools/simulate-leases/random.ts";
import { toCheck, toTake } from "./map-store.ts";

export const START_MS = 1_700_000_000_000;
export const MINUTE = { algorithm: "token-bucket", limit: 100, window: "1m" };
const SWEEP_MS = 60_000;

type Check = ReturnType<typeof toCheck>;

export class BusyObject {
  readonly memory = new JournalMemory();
  readonly #hasJournal: boolean;
  readonly #keysMax: number;
  journal = new Journal(this.memory, START_MS);
  table: CounterTable;

  constructor(hasJournal = true, keysMax = 10_000) {
    this.#hasJournal = hasJournal;
    this.#keysMax = keysMax;
    this.table = this.#open();
  }

  restart(nowMs: number): void {
    this.journal = new Journal(this.memory, nowMs);
    this.table = this.#open();
  }

  ask(key: string, check: Check, nowMs: number): CheckVerdict | undefined {
    this.journal.nowMs = nowMs;
    if ((this.journal.wakeMs ?? Infinity) <= nowMs) this.journal.tick(nowMs);
    const [verdict] = this.table.handle(toTake(key, check), nowMs).verdicts;
    return verdict;
  }

  /** Answers what is left. */
  take(key: string, check: Check, nowMs: number): number | undefined {
    return this.ask(key, check, nowMs)?.remaining;
  }

  #open(): CounterTable {
    const { readRow: read, writeRow: write } = this.memory;
    const onForgotten = (): never => {
      throw new Error("a record that cannot be read");
    };
    const store = { read, write, onForgotten };
    return new CounterTable(this.#hasJournal ? { ...store, journal: this.journal } : store, this.#keysMax);
  }
}

type Request = (key: string, nowMs: number) => void;

interface Traffic {
  readonly limit?: number;
  readonly hasJournal?: boolean;
  readonly requests?: number;
  /** How a client's request reaches the object. */
  readonly toRequest?: (object: BusyObject, check: Check) => Request;
}

const takeOne: NonNullable<Traffic["toRequest"]> = (object, check) => (key, nowMs) => {
  object.take(key, check, nowMs);
};

/** Rows that are billed for 1,000 requests, deletes and the alarms between sweeps included, over whole windows. */
export function countRows(
  perSecond: number,
  toKey: (index: number, atMs: number) => string,
  { limit = 100, hasJournal = true, requests = 6_000, toRequest = takeOne }: Traffic = {},
): number {
  const random = createRandom(7);
  const object = new BusyObject(hasJournal);
  const check = toCheck("p", { ...MINUTE, limit });
  const request = toRequest(object, check);
  let [nowMs, sweepMs, other] = [START_MS, START_MS + SWEEP_MS, 0];
  let atMs = START_MS;
  for (let index = 0; index < requests; index += 1) {
    atMs += toGapMs(random, perSecond / 1_000);
    nowMs = Math.floor(atMs);
    request(toKey(index, nowMs), nowMs);
    if (nowMs < sweepMs) continue;
    other += object.memory.sweep(nowMs) + 1;
    sweepMs = nowMs + SWEEP_MS;
  }
  other += object.memory.sweep(nowMs + 3 * SWEEP_MS) + 1;
  return ((object.memory.rowWrites + object.memory.slotWrites + other) / requests) * 1_000;
}

export const newKey = (index: number): string => `k${index}`;
/** Each client sends 8 requests, as those of so many at a time interleave, and never comes again. */
export const toVisitor =
  (perSecond: number) =>
  (index: number): string => {
    const atOnce = Math.max(1, Math.round(perSecond / 4));
    return `k${Math.floor(index / (8 * atOnce))} ${index % atOnce}`;
  };
