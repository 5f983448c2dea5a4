// Who changed what and when, as rows. The newest are kept.

import type { AuditEntry, Audited, Changer, Page, PageRequest } from "../core/control/control-messages.ts";

const ROWS_MAX = 10_000;
/** What is longer is left out, and that is said: a configuration has its own history. */
const VALUE_LENGTH_MAX = 16_384;

interface AuditRow extends Record<string, SqlStorageValue> {
  id: number;
  at_ms: number;
  who: string;
  address: string | null;
  action: string;
  target: string;
  before: string | null;
  after: string | null;
}

export class AuditRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  insert({ action, target, before, after }: Audited, { who, address }: Changer, nowMs: number): void {
    const { id } = this.#sql
      .exec<{ id: number }>(
        "INSERT INTO audit (at_ms, who, address, action, target, before, after) VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        nowMs,
        who,
        address ?? null,
        action,
        target,
        toBounded(before),
        toBounded(after),
      )
      .one();
    this.#sql.exec("DELETE FROM audit WHERE id <= ?", id - ROWS_MAX);
  }

  /** How much somebody has changed since then. */
  countBy(who: string, sinceMs: number): number {
    return this.#sql
      .exec<{ changes: number }>(
        "SELECT COUNT(*) AS changes FROM audit WHERE who = ? AND at_ms > ?",
        who,
        sinceMs,
      )
      .one().changes;
  }

  /** Newest first. `after` is the id that the page before ended with, 0 for the first page. */
  list({ after, most }: PageRequest): Page<AuditEntry> {
    const below = after === 0 ? Number.MAX_SAFE_INTEGER : after;
    const rows = this.#sql
      .exec<AuditRow>("SELECT * FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?", below, most + 1)
      .toArray();
    const shown = rows.slice(0, most);
    return { items: shown.map(toAuditEntry), next: rows.length > most ? shown.at(-1)?.id : undefined };
  }
}

function toAuditEntry({
  id,
  at_ms: atMs,
  who,
  address,
  action,
  target,
  before,
  after,
}: AuditRow): AuditEntry {
  return {
    id,
    atMs,
    who,
    address: address ?? undefined,
    action,
    target,
    before: before ?? undefined,
    after: after ?? undefined,
  };
}

function toBounded(text: string | undefined): string | null {
  if (text === undefined) return null;
  return text.length <= VALUE_LENGTH_MAX ? text : JSON.stringify({ omitted: `${text.length} characters` });
}
