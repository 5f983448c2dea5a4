// The slots of a counter object's journal in its storage. The table is made by the first write.

import type { JournalStore, StoredSlot } from "../core/counters/journal-slots.ts";

const CREATE_TABLE =
  "CREATE TABLE IF NOT EXISTS journal (slot INTEGER PRIMARY KEY, head TEXT NOT NULL, records TEXT NOT NULL)";

export class JournalRows implements JournalStore {
  readonly #storage: DurableObjectStorage;
  #hasTable: boolean;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const found = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'journal'");
    this.#hasTable = found.toArray().length > 0;
  }

  readonly list: JournalStore["list"] = () => {
    if (!this.#hasTable) return [];
    return this.#storage.sql.exec<{ slot: number; head: string }>("SELECT slot, head FROM journal").toArray();
  };

  readonly read: JournalStore["read"] = (slot) => {
    if (!this.#hasTable) return undefined;
    const [row] = this.#storage.sql
      .exec<{ records: string }>("SELECT records FROM journal WHERE slot = ?", slot)
      .toArray();
    return row?.records;
  };

  /** All of them or none: a turn that throws keeps what it wrote, and one slot alone says that all were written. */
  readonly write = (slots: readonly StoredSlot[]): void => {
    this.#storage.transactionSync(() => {
      if (!this.#hasTable) this.#storage.sql.exec(CREATE_TABLE);
      for (const { slot, head, records } of slots)
        this.#storage.sql.exec("INSERT OR REPLACE INTO journal VALUES (?, ?, ?)", slot, head, records);
    });
    this.#hasTable = true;
  };
}
