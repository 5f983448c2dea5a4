// The keys that a counter table has in memory, over the rows that outlive it.

import { LruMap } from "../lru-map.ts";
import type { Check } from "./counter-messages.ts";
import { type KeyMemory, createKeyMemory, toReservedUnits } from "./reservations.ts";
import type { Bounds, Change } from "./key-counters.ts";
import type { KeyCounters } from "./key-state.ts";
import type { CounterClock } from "./counter-clock.ts";
import { type ReadRow, readRow, writeRow } from "./counter-row.ts";
import type { Journal, Naming } from "./journal.ts";
import { setKeyBack } from "./set-back.ts";

/** Storage as the table sees it: synchronous, one text per key. */
export interface CounterStore {
  readonly read: (key: string) => string | undefined;
  readonly write: (key: string, text: string, expiresAtMs: number) => void;
  /** Called for counters that start afresh: what was stored could not be read, or the policy's algorithm has changed. */
  readonly onForgotten: (
    key: string,
    policies: readonly string[],
    reason: "damaged" | "algorithm-changed",
  ) => void;
  /**
   * Called when units came back that are not stored yet: storeReturned() is due soon, and stores with one row what came
   * back meanwhile. undefined: it is stored at once.
   */
  readonly onReturned?: () => void;
  /** What names many keys in one write; undefined: each has a row of its own. */
  readonly journal?: Journal;
}

/** Keys whose rows wait for what came back. With more, all of them are written at once. */
const RETURNED_MAX = 1_000;

export class KeyEntries {
  readonly #store: CounterStore;
  readonly #clock: Pick<CounterClock, "toBackMs"> | undefined;
  readonly #entries: LruMap<string, KeyMemory>;
  /** What came back of their estimates is not stored yet. */
  readonly #returned = new Map<string, KeyMemory>();

  /** `clock`: of a store that outlives its owner's clock. */
  constructor(store: CounterStore, keysMax: number, clock?: Pick<CounterClock, "toBackMs">) {
    this.#store = store;
    this.#clock = clock;
    this.#entries = new LruMap(keysMax);
  }

  /** What is in memory alone. */
  find(key: string): KeyMemory | undefined {
    return this.#entries.get(key) ?? this.#returned.get(key) ?? this.#store.journal?.findDirty(key);
  }

  read(key: string): KeyMemory {
    const known = this.find(key);
    if (known !== undefined) return known;
    const { counters, damaged, epoch } = this.#readNewest(key);
    if (damaged.length > 0) this.#store.onForgotten(key, damaged, "damaged");
    const present = this.#toPresent(key, counters, epoch);
    const entry = createKeyMemory(this.#store.journal?.lay(present, epoch) ?? present);
    this.#entries.set(key, entry);
    return entry;
  }

  /** What is in the way of leases of a key. */
  toBounds(key: string, nowMs: number): Bounds {
    const entry = this.read(key);
    const toReserved = (check: Check): number => toReservedUnits(entry, check, nowMs);
    return { toReserved, toRoom: (check) => this.#store.journal?.toRoom(key, check) };
  }

  /** Of a key's row and its record in the journal. A row that is as new was written after it. */
  #readNewest(key: string): ReadRow {
    const row = readRow(this.#store.read(key));
    const named = this.#store.journal?.slots.read(key);
    if (named === undefined) return row;
    const record = readRow(named);
    return record.epoch > row.epoch ? record : row;
  }

  /** A row that is set back is written at once: it must not begin to wait anew with every eviction. */
  #toPresent(key: string, counters: KeyCounters, epoch: number): KeyCounters {
    const present = this.#clock === undefined ? counters : setKeyBack(counters, this.#clock);
    if (present !== counters) this.#writeRow(key, present, epoch);
    return present;
  }

  /** A row outlives the key's record in the journal, which would count again without it. */
  #writeRow(key: string, counters: KeyCounters, epoch: number): void {
    const { journal } = this.#store;
    const { text, expiresAtMs } = writeRow(counters, epoch);
    this.#store.write(key, text, Math.max(expiresAtMs, journal?.slots.toExpiryMs(key) ?? 0));
    journal?.noteRow(key);
    this.#returned.delete(key);
  }

  /** Writes the rows of keys of whose estimates something came back since their rows were written. */
  storeReturned(): void {
    for (const [key, { counters }] of this.#returned)
      this.#writeRow(key, counters, this.#store.journal?.epoch ?? 0);
  }

  #noteReturned(key: string, entry: KeyMemory): void {
    this.#returned.set(key, entry);
    if (this.#store.onReturned === undefined || this.#returned.size > RETURNED_MAX) this.storeReturned();
    else this.#store.onReturned();
  }

  #write(
    key: string,
    counters: KeyCounters,
    { isFirst, ...naming }: Naming & { readonly isFirst: boolean },
  ): void {
    const { journal } = this.#store;
    if (journal?.isOpening(naming, isFirst) === true) journal.open(key, counters);
    else this.#writeRow(key, counters, journal?.epoch ?? 0);
  }

  /**
   * Changes keys together. Rows come first and memory last: a write that throws leaves every counter as it was (a row
   * may be ahead of its counter, which only under-admits).
   */
  change<Keyed extends { readonly key: string }>(
    keys: readonly Keyed[],
    change: (counters: KeyCounters, asked: Keyed) => Change,
  ): void {
    const changed: { readonly entry: KeyMemory; readonly counters: KeyCounters }[] = [];
    const returned: [string, KeyMemory][] = [];
    for (const asked of keys) {
      const entry = this.read(asked.key);
      const { counters, isReturned = false, ...naming } = change(entry.counters, asked);
      const isCovered = this.#store.journal?.covers(asked.key, entry, naming) ?? !naming.mustWrite;
      if (!isCovered) {
        const isFirst = entry.counters.live.size === 0;
        this.#write(asked.key, counters, { ...naming, isFirst });
      } else if (isReturned) returned.push([asked.key, entry]);
      changed.push({ entry, counters });
    }
    for (const { entry, counters } of changed) entry.counters = counters;
    for (const [key, entry] of returned) this.#noteReturned(key, entry);
  }
}
