// One call for every request, and every admitted request writes the state as a row.

import { DurableObject } from "cloudflare:workers";
import type { DurableObjectState } from "@cloudflare/workers-types";
import { askAndForward } from "./ask-and-forward.ts";
import { type LimitBindings, TokenBucket } from "./token-bucket.ts";

const CREATE_TABLE =
  "CREATE TABLE IF NOT EXISTS buckets (id INTEGER PRIMARY KEY, tokens REAL NOT NULL, at_ms INTEGER NOT NULL)";
const WRITE = "INSERT OR REPLACE INTO buckets VALUES (1, ?, ?)";
const READ = "SELECT tokens, at_ms AS atMs FROM buckets";

export class Limiter extends DurableObject<LimitBindings> {
  readonly #bucket = new TokenBucket(this.env);

  constructor(context: DurableObjectState, env: LimitBindings) {
    super(context, env);
    context.storage.sql.exec(CREATE_TABLE);
    const [stored] = context.storage.sql.exec<{ tokens: number; atMs: number }>(READ).toArray();
    if (stored !== undefined) Object.assign(this.#bucket, stored);
  }

  take(): boolean {
    const isAllowed = this.#bucket.take(Date.now());
    if (isAllowed) this.ctx.storage.sql.exec(WRITE, this.#bucket.tokens, this.#bucket.atMs);
    return isAllowed;
  }
}

export default { fetch: askAndForward };
