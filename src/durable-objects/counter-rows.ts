// A counter object's rows: one per key, deleted by an alarm when the key is back to "never seen". The table is made on
// the first write, so an object that never stored anything takes no space.

import { FULL_MESSAGE } from "../core/counters/counter-messages.ts";

/** Alarms are at least this far apart: a sweep deletes all that expired, so it need not be in time. */
const SWEEP_MS_MIN = 60_000;
/** Rows that one object may hold. A client that invents more keys is answered by its policy's onError. */
const ROWS_MAX = 1_000_000;

/** `WITHOUT ROWID`: one b-tree, so that a write is one row written. */
const CREATE_TABLE = `CREATE TABLE IF NOT EXISTS counters (
  key TEXT PRIMARY KEY, record TEXT NOT NULL, expires_at_ms INTEGER NOT NULL
) WITHOUT ROWID`;

/** A counter's key has "=" after its first name, so none begins like this. */
export const SCORE_PREFIX = "score|";
const SCORES = [SCORE_PREFIX, "score}"] as const;
/** Stands right before the scores: both are one range, beside that of keys. */
export const TRUST_PREFIX = "score{";
const OF_CLIENTS = [TRUST_PREFIX, "score}"] as const;

const NO_ROWS = { rows: 0, earliestMs: undefined } as const;

export class CounterRows {
  readonly #storage: DurableObjectStorage;
  #hasTable: boolean;
  /** Counts writes as if each made a row, until it matters and the rows themselves are counted. */
  #rowsAtMost = 0;
  #fullUntilMs = 0;
  #alarmAtMs = Infinity;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
    const found = storage.sql.exec("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'counters'");
    this.#hasTable = found.toArray().length > 0;
    if (!this.#hasTable) return;
    const { rows, earliestMs } = this.#summarize();
    this.#rowsAtMost = rows;
    if (earliestMs !== undefined) this.#alarmAtMs = earliestMs;
  }

  read(key: string): string | undefined {
    if (!this.#hasTable) return undefined;
    const [row] = this.#storage.sql
      .exec<{ record: string }>("SELECT record FROM counters WHERE key = ?", key)
      .toArray();
    return row?.record;
  }

  /** The first `most` rows. */
  list(most: number): readonly { readonly key: string; readonly record: string }[] {
    if (!this.#hasTable) return [];
    return this.#storage.sql
      .exec<{ key: string; record: string }>(
        "SELECT key, record FROM counters WHERE NOT (key >= ? AND key < ?) LIMIT ?",
        ...OF_CLIENTS,
        most,
      )
      .toArray();
  }

  /** The first `most` scores of clients: they have rows like keys, under names that no key has. */
  listScores(most: number): readonly { readonly key: string; readonly record: string }[] {
    if (!this.#hasTable) return [];
    return this.#storage.sql
      .exec<{ key: string; record: string }>(
        "SELECT key, record FROM counters WHERE key >= ? AND key < ? LIMIT ?",
        ...SCORES,
        most,
      )
      .toArray()
      .map(({ key, record }) => ({ key: key.slice(SCORE_PREFIX.length), record }));
  }

  /** How many rows say since when a client has come, of at most so many. */
  countTrust(most: number): number {
    if (!this.#hasTable) return 0;
    const query = "SELECT COUNT(*) AS rows FROM (SELECT 1 FROM counters WHERE key >= ? AND key < ? LIMIT ?)";
    return this.#storage.sql.exec<{ rows: number }>(query, TRUST_PREFIX, SCORE_PREFIX, most).one().rows;
  }

  /** Throws when the object holds as many keys as it may and this one is new: it then counts as not answering. */
  write(
    key: string,
    record: string,
    { nowMs, expiresAtMs }: { readonly nowMs: number; readonly expiresAtMs: number },
  ): void {
    if (!this.#hasTable) {
      this.#storage.sql.exec(CREATE_TABLE);
      this.#hasTable = true;
    }
    if (this.#rowsAtMost >= ROWS_MAX) this.#refuseWhenFull(key, nowMs);
    this.#storage.sql.exec(
      "INSERT INTO counters VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET record = excluded.record, expires_at_ms = excluded.expires_at_ms",
      key,
      record,
      expiresAtMs,
    );
    this.#rowsAtMost += 1;
    this.#setAlarm(Math.max(expiresAtMs, nowMs + SWEEP_MS_MIN));
  }

  /**
   * Deletes rows that expired. Answers true when it deleted everything, tables and all: nothing was left, of the journal
   * neither, which is needed until `neededUntilMs`.
   */
  async sweep(nowMs: number, neededUntilMs: number): Promise<boolean> {
    this.#alarmAtMs = Infinity;
    if (this.#hasTable) this.#storage.sql.exec("DELETE FROM counters WHERE expires_at_ms <= ?", nowMs);
    const { rows, earliestMs } = this.#hasTable ? this.#summarize() : NO_ROWS;
    this.#rowsAtMost = rows;
    if (earliestMs === undefined && neededUntilMs <= nowMs) {
      this.#hasTable = false;
      await this.#storage.deleteAll();
      return true;
    }
    this.#setAlarm(Math.max(earliestMs ?? neededUntilMs, nowMs + SWEEP_MS_MIN));
    return false;
  }

  /** So that what is no longer needed of the journal is deleted some time. */
  noteJournal(neededUntilMs: number, nowMs: number): void {
    if (this.#alarmAtMs === Infinity) this.#setAlarm(Math.max(neededUntilMs, nowMs + SWEEP_MS_MIN));
  }

  #refuseWhenFull(key: string, nowMs: number): void {
    if (nowMs >= this.#fullUntilMs) {
      this.#rowsAtMost = this.#summarize().rows;
      if (this.#rowsAtMost < ROWS_MAX) return;
      // Counting reads every row: not again before a sweep can have made room.
      this.#fullUntilMs = nowMs + SWEEP_MS_MIN;
    }
    if (this.read(key) === undefined) throw new Error(FULL_MESSAGE);
  }

  #summarize(): { readonly rows: number; readonly earliestMs: number | undefined } {
    const query = "SELECT COUNT(*) AS rows, MIN(expires_at_ms) AS earliest FROM counters";
    const { rows, earliest } = this.#storage.sql.exec<{ rows: number; earliest: number | null }>(query).one();
    return { rows, earliestMs: earliest ?? undefined };
  }

  /** Only an earlier alarm than the one that is set costs a write. */
  #setAlarm(atMs: number): void {
    if (atMs >= this.#alarmAtMs) return;
    this.#alarmAtMs = atMs;
    void this.#storage.setAlarm(atMs);
  }
}
