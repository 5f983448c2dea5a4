// A counter object's storage in memory, as far as a table and its journal need it: what a crash leaves.

import type { JournalStore, StoredSlot } from "../../src/core/counters/journal-slots.ts";

export class JournalMemory implements JournalStore {
  readonly rows = new Map<string, { readonly text: string; readonly expiresAtMs: number }>();
  readonly #slots = new Map<number, StoredSlot>();
  rowWrites = 0;
  slotWrites = 0;

  readonly list: JournalStore["list"] = () => [...this.#slots.values()];
  readonly read: JournalStore["read"] = (slot) => this.#slots.get(slot)?.records;
  readonly write: JournalStore["write"] = (slots) => {
    this.slotWrites += slots.length;
    for (const slot of slots) this.#slots.set(slot.slot, slot);
  };

  readonly readRow = (key: string): string | undefined => this.rows.get(key)?.text;
  readonly writeRow = (key: string, text: string, expiresAtMs: number): void => {
    this.rowWrites += 1;
    this.rows.set(key, { text, expiresAtMs });
  };

  /** As the alarm does: rows that have expired. Answers how many. */
  sweep(nowMs: number): number {
    const expired = [...this.rows].filter(([, { expiresAtMs }]) => expiresAtMs <= nowMs);
    for (const [key] of expired) this.rows.delete(key);
    return expired.length;
  }
}
