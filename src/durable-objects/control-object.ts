// The Durable Object that knows the API keys: one for the whole deployment, named "control". A key is found by the
// SHA-256 of its text; the text itself is nowhere.

import { DurableObject } from "cloudflare:workers";
import type { KeyRecord } from "../core/consumers/key-record.ts";
import type { Bindings, ControlRpc } from "../platform/bindings.ts";

export class ControlObject extends DurableObject<Bindings> implements ControlRpc {
  constructor(ctx: DurableObjectState, bindings: Bindings) {
    super(ctx, bindings);
    ctx.storage.sql.exec(
      "CREATE TABLE IF NOT EXISTS keys (hash TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID",
    );
  }

  findKey(hash: string): KeyRecord | undefined {
    const [row] = this.ctx.storage.sql.exec<{ record: string }>(
      "SELECT record FROM keys WHERE hash = ?",
      hash,
    );
    return row === undefined ? undefined : (JSON.parse(row.record) as KeyRecord);
  }

  /** Adds a key or replaces it; undefined removes it. */
  putKey(hash: string, record: KeyRecord | undefined): void {
    const { sql } = this.ctx.storage;
    if (record === undefined) sql.exec("DELETE FROM keys WHERE hash = ?", hash);
    else sql.exec("INSERT OR REPLACE INTO keys (hash, record) VALUES (?, ?)", hash, JSON.stringify(record));
  }
}
