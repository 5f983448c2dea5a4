// The keys that a counter table has in memory, over the rows that outlive it.

import { LruMap } from "../lru-map.ts";
import { type KeyMemory, createKeyMemory } from "./reservations.ts";
import type { Change } from "./key-counters.ts";
import type { KeyCounters } from "./key-state.ts";
import { readRow, writeRow } from "./counter-row.ts";

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
  readonly #entries: LruMap<string, KeyMemory>;

  constructor(store: CounterStore, keysMax: number) {
    this.#store = store;
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
    const entry = createKeyMemory(counters);
    this.#entries.set(key, entry);
    return entry;
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
