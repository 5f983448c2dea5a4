// The keys that a counter table has in memory, over the rows that outlive it.

import { LruMap } from "../lru-map.ts";
import { type KeyMemory, createKeyMemory } from "./reservations.ts";
import type { Change } from "./key-counters.ts";
import type { KeyCounters } from "./key-state.ts";
import type { CounterClock } from "./counter-clock.ts";
import { readRow, writeRow } from "./counter-row.ts";
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
}

export class KeyEntries {
  readonly #store: CounterStore;
  readonly #clock: Pick<CounterClock, "toBackMs"> | undefined;
  readonly #entries: LruMap<string, KeyMemory>;

  /** `clock`: of a store that outlives its owner's clock. */
  constructor(store: CounterStore, keysMax: number, clock?: Pick<CounterClock, "toBackMs">) {
    this.#store = store;
    this.#clock = clock;
    this.#entries = new LruMap(keysMax);
  }

  /** What is in memory alone. */
  find(key: string): KeyMemory | undefined {
    return this.#entries.get(key);
  }

  read(key: string): KeyMemory {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const { counters, damaged } = readRow(this.#store.read(key));
    if (damaged.length > 0) this.#store.onForgotten(key, damaged, "damaged");
    const entry = createKeyMemory(this.#toPresent(key, counters));
    this.#entries.set(key, entry);
    return entry;
  }

  /** A row that is set back is written at once: it must not begin to wait anew with every eviction. */
  #toPresent(key: string, counters: KeyCounters): KeyCounters {
    const present = this.#clock === undefined ? counters : setKeyBack(counters, this.#clock);
    if (present === counters) return counters;
    const { text, expiresAtMs } = writeRow(present);
    this.#store.write(key, text, expiresAtMs);
    return present;
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
    for (const asked of keys) {
      const entry = this.read(asked.key);
      const { counters, mustWrite } = change(entry.counters, asked);
      if (mustWrite) {
        const { text, expiresAtMs } = writeRow(counters);
        this.#store.write(asked.key, text, expiresAtMs);
      }
      changed.push({ entry, counters });
    }
    for (const { entry, counters } of changed) entry.counters = counters;
  }
}
