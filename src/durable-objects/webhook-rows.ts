// The rows of a webhook object: the ids of events, and the deliveries that wait, in SQLite.

import type { WebhookEvent } from "../core/webhooks/webhook-messages.ts";

/** Longer than senders send an event again: Stripe does for 3 days. */
const ID_MS = 4 * 86_400_000;
const IDS_MAX = 100_000;
/** Old ids that one event takes away. */
const SWEPT_MAX = 10;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS ids (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, seen_ms INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, fields TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS deliveries (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, event INTEGER NOT NULL, listener TEXT NOT NULL,
  tries INTEGER NOT NULL, next_ms INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS deliveries_by_time ON deliveries (next_ms);
CREATE INDEX IF NOT EXISTS deliveries_by_event ON deliveries (event);
`;

/** Bytes, and who gets them. */
export type StoredEvent = Omit<WebhookEvent, "purges">;

/** One try for one listener. */
export interface Delivery {
  readonly seq: number;
  readonly event: number;
  readonly id: string;
  readonly listener: string;
  /** This one included. */
  readonly tries: number;
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly signedBy: string | undefined;
  readonly body: ArrayBuffer;
}

export class WebhookRows {
  readonly #sql: SqlStorage;
  /** undefined until it is counted: every count reads every row. */
  #waiting: number | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
  }

  isKnown(id: string, nowMs: number): boolean {
    const [row] = this.#sql.exec<{ seen_ms: number }>("SELECT seen_ms FROM ids WHERE id = ?", id).toArray();
    if (row === undefined) return false;
    if (row.seen_ms > nowMs - ID_MS) return true;
    this.#sql.exec("DELETE FROM ids WHERE id = ?", id);
    return false;
  }

  countWaiting(): number {
    this.#waiting ??= this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM deliveries").one().n;
    return this.#waiting;
  }

  add(id: string, events: readonly StoredEvent[], nowMs: number): void {
    const waiting = this.countWaiting();
    const { seq } = this.#sql
      .exec<{ seq: number }>("INSERT INTO ids (id, seen_ms) VALUES (?, ?) RETURNING seq", id, nowMs)
      .one();
    this.#sweep(seq - IDS_MAX, nowMs - ID_MS);
    for (const event of events) this.#addEvent(event, nowMs);
    this.#waiting = events.reduce((sum, { listeners }) => sum + listeners.length, waiting);
  }

  #addEvent({ id, fields, body, listeners, signedBy }: StoredEvent, nowMs: number): void {
    const { seq } = this.#sql
      .exec<{ seq: number }>(
        "INSERT INTO events (id, fields, body) VALUES (?, ?, ?) RETURNING seq",
        id,
        JSON.stringify(signedBy === undefined ? fields : { fields, signedBy }),
        body,
      )
      .one();
    for (const listener of listeners)
      this.#sql.exec(
        "INSERT INTO deliveries (event, listener, tries, next_ms) VALUES (?, ?, 0, ?)",
        seq,
        listener,
        nowMs,
      );
  }

  /** Those that are due, which nobody else takes for as long as the lease. */
  takeDue(
    nowMs: number,
    { most, leaseMs }: { readonly most: number; readonly leaseMs: number },
  ): readonly Delivery[] {
    if (most <= 0) return [];
    const rows = this.#sql
      .exec<{
        seq: number;
        event: number;
        listener: string;
        tries: number;
        id: string;
        fields: string;
        body: ArrayBuffer;
      }>(
        `SELECT d.seq, d.event, d.listener, d.tries, e.id, e.fields, e.body FROM deliveries d
         JOIN events e ON e.seq = d.event WHERE d.next_ms <= ? ORDER BY d.next_ms LIMIT ?`,
        nowMs,
        most,
      )
      .toArray();
    for (const { seq } of rows)
      this.#sql.exec(
        "UPDATE deliveries SET tries = tries + 1, next_ms = ? WHERE seq = ?",
        nowMs + leaseMs,
        seq,
      );
    return rows.map(({ seq, event, id, listener, body, fields: text, tries }) => {
      const { fields, signedBy } = readFields(text);
      return { seq, event, id, listener, body, fields, signedBy, tries: tries + 1 };
    });
  }

  postpone({ seq }: Delivery, nextMs: number): void {
    this.#sql.exec("UPDATE deliveries SET next_ms = ? WHERE seq = ?", nextMs, seq);
  }

  /** The event goes with its last delivery. */
  end({ seq, event }: Delivery): void {
    const { rowsWritten } = this.#sql.exec("DELETE FROM deliveries WHERE seq = ?", seq);
    if (rowsWritten > 0 && this.#waiting !== undefined) this.#waiting = Math.max(0, this.#waiting - 1);
    this.#sql.exec(
      "DELETE FROM events WHERE seq = ? AND NOT EXISTS (SELECT 1 FROM deliveries WHERE event = ?)",
      event,
      event,
    );
  }

  /** When there is something to do next; Infinity: never. */
  toDueMs(): number {
    const [delivery] = this.#sql
      .exec<{ at: number }>("SELECT next_ms AS at FROM deliveries ORDER BY next_ms LIMIT 1")
      .toArray();
    if (delivery !== undefined) return delivery.at;
    const [oldest] = this.#sql
      .exec<{ at: number }>("SELECT seen_ms AS at FROM ids ORDER BY seq LIMIT 1")
      .toArray();
    return oldest === undefined ? Infinity : oldest.at + ID_MS;
  }

  /** Takes away ids that nobody sends again. */
  sweepOld(nowMs: number): void {
    this.#sql.exec("DELETE FROM ids WHERE seen_ms <= ?", nowMs - ID_MS);
  }

  #sweep(throughSeq: number, beforeMs: number): void {
    const old = this.#sql
      .exec<{ seq: number; seen_ms: number }>("SELECT seq, seen_ms FROM ids ORDER BY seq LIMIT ?", SWEPT_MAX)
      .toArray();
    for (const { seq, seen_ms: seenMs } of old)
      if (seq <= throughSeq || seenMs <= beforeMs) this.#sql.exec("DELETE FROM ids WHERE seq = ?", seq);
  }
}

/** A list of fields alone, where nothing is signed here. */
function readFields(text: string): Pick<Delivery, "fields" | "signedBy"> {
  const read = JSON.parse(text) as Delivery["fields"] | Pick<Delivery, "fields" | "signedBy">;
  return "signedBy" in read ? read : { fields: read, signedBy: undefined };
}
