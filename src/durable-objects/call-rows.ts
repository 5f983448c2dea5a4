// The rows of an object that keeps calls, in SQLite: what waits, what was sent, and answers until they expire. What a
// request carried goes when it has been answered.

import type { CallView, HandedCall, KeptRequest, RunResult } from "../core/handover/call-messages.ts";

const SCHEMA = `
CREATE TABLE IF NOT EXISTS calls (
  id TEXT PRIMARY KEY, owner TEXT NOT NULL, call TEXT NOT NULL, body BLOB,
  state TEXT NOT NULL, runs INTEGER NOT NULL, next_ms INTEGER NOT NULL, wait_until_ms INTEGER NOT NULL,
  status INTEGER, fields TEXT, answer BLOB
);
CREATE INDEX IF NOT EXISTS calls_by_time ON calls (next_ms);
CREATE INDEX IF NOT EXISTS calls_by_owner ON calls (owner);
`;

/** "sent": perhaps. "delivering": it is answered, and its caller's receiver has yet to be told. */
type State = "waiting" | "running" | "sent" | "delivering" | "answered" | "lost";

/** What is kept of a call as text: all but its bodies. */
type Told = Omit<HandedCall, "id" | "owner" | "request"> & {
  readonly request: Omit<KeptRequest, "body"> | undefined;
};

export interface CallRow {
  readonly id: string;
  readonly call: Told;
  readonly body: Uint8Array | undefined;
  readonly state: State;
  readonly runs: number;
  readonly waitUntilMs: number;
}

interface Columns extends Record<string, SqlStorageValue> {
  id: string;
  call: string;
  body: ArrayBuffer | null;
  state: string;
  runs: number;
  next_ms: number;
  wait_until_ms: number;
  status: number | null;
  fields: string | null;
  answer: ArrayBuffer | null;
}

export class CallRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(SCHEMA);
  }

  count(owner?: string): number {
    const counted =
      owner === undefined
        ? this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM calls")
        : this.#sql.exec<{ n: number }>("SELECT COUNT(*) AS n FROM calls WHERE owner = ?", owner);
    return counted.one().n;
  }

  add({ id, owner, request, ...told }: HandedCall, nowMs: number): void {
    const { body, ...kept } = request;
    this.#sql.exec(
      `INSERT INTO calls (id, owner, call, body, state, runs, next_ms, wait_until_ms)
       VALUES (?, ?, ?, ?, 'waiting', 0, ?, ?)`,
      id,
      owner,
      JSON.stringify({ ...told, request: kept }),
      body ?? null,
      nowMs,
      nowMs + told.waitMs,
    );
  }

  /** Those that have to be looked at, the oldest first. */
  findDue(nowMs: number, most: number): readonly CallRow[] {
    if (most <= 0) return [];
    return this.#sql
      .exec<Columns>("SELECT * FROM calls WHERE next_ms <= ? ORDER BY next_ms LIMIT ?", nowMs, most)
      .toArray()
      .map(toRow);
  }

  /** A run begins, which another one may follow after the lease. */
  begin(id: string, untilMs: number): void {
    this.#sql.exec(
      "UPDATE calls SET state = 'running', runs = runs + 1, next_ms = ? WHERE id = ?",
      untilMs,
      id,
    );
  }

  /** Makes what some run left due at once. Returns whether there is any: a look alone writes nothing. */
  wakeRunning(): boolean {
    return (
      this.#sql.exec("UPDATE calls SET next_ms = 0 WHERE state IN ('running', 'sent', 'delivering')")
        .rowsWritten > 0
    );
  }

  setState(id: string, state: State, nextMs: number): void {
    this.#sql.exec("UPDATE calls SET state = ?, next_ms = ? WHERE id = ?", state, nextMs, id);
  }

  /** From now on it counts as sent: whatever leaves the object afterwards leaves when this is durable. */
  markSent(id: string): void {
    this.#sql.exec("UPDATE calls SET state = 'sent' WHERE id = ? AND state = 'running'", id);
  }

  /** Keeps an answer, or that there is none, and forgets what was asked. */
  finish({ id, call }: CallRow, result: RunResult | undefined, nowMs: number): void {
    const { request: _gone, ...told } = call;
    const isToTell = told.deliver !== undefined;
    const keepUntilMs = nowMs + told.keepMs;
    this.#sql.exec(
      `UPDATE calls SET call = ?, body = NULL, state = ?, next_ms = ?, wait_until_ms = ?, status = ?, fields = ?,
       answer = ? WHERE id = ?`,
      JSON.stringify({ ...told, request: undefined }),
      isToTell ? "delivering" : result === undefined ? "lost" : "answered",
      isToTell ? nowMs : keepUntilMs,
      keepUntilMs,
      result?.status ?? null,
      result === undefined ? null : JSON.stringify(result.fields),
      result?.body ?? null,
      id,
    );
  }

  /** undefined: there is none of that owner's. */
  read(id: string, owner: string, nowMs: number): CallView | undefined {
    const [row] = this.#sql
      .exec<Columns>("SELECT * FROM calls WHERE id = ? AND owner = ?", id, owner)
      .toArray();
    if (row === undefined) return undefined;
    if (["waiting", "running", "sent"].includes(row.state))
      return { kind: "waiting", againMs: row.state === "waiting" ? Math.max(0, row.next_ms - nowMs) : 0 };
    // It may be late for its alarm.
    if (row.wait_until_ms <= nowMs) return undefined;
    return toAnswer(row);
  }

  /** Of a call that is over. */
  readAnswer(id: string): CallView {
    const [row] = this.#sql.exec<Columns>("SELECT * FROM calls WHERE id = ?", id).toArray();
    return row === undefined ? { kind: "lost" } : toAnswer(row);
  }

  readState(id: string, owner: string): State | undefined {
    const [row] = this.#sql
      .exec<Columns>("SELECT * FROM calls WHERE id = ? AND owner = ?", id, owner)
      .toArray();
    return row === undefined ? undefined : toRow(row).state;
  }

  remove(id: string): void {
    this.#sql.exec("DELETE FROM calls WHERE id = ?", id);
  }

  /** When there is something to do next; Infinity: never. */
  toDueMs(): number {
    const [first] = this.#sql
      .exec<{ at: number }>("SELECT next_ms AS at FROM calls ORDER BY next_ms LIMIT 1")
      .toArray();
    return first?.at ?? Infinity;
  }
}

function toRow({ id, call, body, state, runs, wait_until_ms: waitUntilMs }: Columns): CallRow {
  return {
    id,
    call: JSON.parse(call) as Told,
    body: body === null ? undefined : new Uint8Array(body),
    state: state as State,
    runs,
    waitUntilMs,
  };
}

function toAnswer({ status, fields, answer }: Columns): CallView {
  if (status === null) return { kind: "lost" };
  const body = answer === null ? undefined : new Uint8Array(answer);
  return { kind: "answered", status, fields: toFields(fields), body };
}

function toFields(text: string | null): RunResult["fields"] {
  return text === null ? [] : (JSON.parse(text) as RunResult["fields"]);
}
