// Creates that have been made, by the caller's Idempotency-Key, so that one that is sent again makes nothing new.

import type { Repeatable } from "../core/control/control-messages.ts";

const KEPT_MS = 86_400_000;
const ROWS_MAX = 10_000;

export class RepeatRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** The number of the entry that it made; "differs" when it asked for something else then. */
  find({ name, digest }: Repeatable, nowMs: number): number | "differs" | undefined {
    const [row] = this.#sql
      .exec<{ digest: string; seq: number }>(
        "SELECT digest, seq FROM repeats WHERE name = ? AND expires_at_ms > ?",
        name,
        nowMs,
      )
      .toArray();
    if (row === undefined) return undefined;
    return row.digest === digest ? row.seq : "differs";
  }

  insert({ name, digest }: Repeatable, seq: number, nowMs: number): void {
    this.#sql.exec("DELETE FROM repeats WHERE expires_at_ms <= ?", nowMs);
    this.#sql.exec(
      "DELETE FROM repeats WHERE name IN (SELECT name FROM repeats ORDER BY expires_at_ms DESC LIMIT -1 OFFSET ?)",
      ROWS_MAX - 1,
    );
    this.#sql.exec("INSERT OR REPLACE INTO repeats VALUES (?, ?, ?, ?)", name, digest, seq, nowMs + KEPT_MS);
  }
}
