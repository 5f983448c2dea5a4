// The control object's entries as rows: API keys, overrides, bans and access entries, each with a number that is never
// given twice. A key's secret is in `key_hashes`, as its hash alone.

import type { KeyRecord } from "../core/keys/key-record.ts";
import {
  type Entry,
  type EntryBody,
  type EntryKind,
  entryKinds,
  isActive,
  hasSecret,
  type LimitRequest,
  type KeyEntry,
  type KeyPrefix,
  type SharedKind,
} from "../core/control/entries.ts";
import type { TokenRecord } from "../core/control/token-scopes.ts";
import type {
  Changed,
  EntryChange,
  HashedSecret,
  KeyFilter,
  Page,
  PageRequest,
} from "../core/control/control-messages.ts";
import { err, ok } from "../core/result.ts";

interface EntryRow extends Record<string, SqlStorageValue> {
  seq: number;
  kind: EntryKind;
  revision: number;
  created_at_ms: number;
  expires_at_ms: number | null;
  body: string;
}

/** An id's number; undefined when it is none of this kind. */
export function toSeq(kind: EntryKind, id: string): number | undefined {
  const { letter } = entryKinds[kind];
  return new RegExp(`^${letter}[1-9]\\d{0,14}$`).test(id) ? Number(id.slice(letter.length)) : undefined;
}

export const toId = (kind: EntryKind, seq: number): string => `${entryKinds[kind].letter}${seq}`;

/** Requests of one consumer that are open, and all that are kept: for 30 days. */
const OPEN_MAX = 3;
const ASKED_MAX = 10;

/** An entry that is there. */
export interface Found {
  readonly seq: number;
  readonly before: Entry;
}

export class EntryRows {
  readonly #sql: SqlStorage;
  readonly #counts = new Map<EntryKind, number>();

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  isFull(kind: EntryKind): boolean {
    return this.#count(kind) >= entryKinds[kind].most;
  }

  read(kind: EntryKind, seq: number): Entry | undefined {
    const [row] = this.#sql
      .exec<EntryRow>("SELECT * FROM entries WHERE seq = ? AND kind = ?", seq, kind)
      .toArray();
    return row === undefined ? undefined : this.#toEntry(row);
  }

  list(kind: EntryKind, { after, most }: PageRequest): Page<Entry> {
    const rows = this.#sql
      .exec<EntryRow>(
        "SELECT * FROM entries WHERE kind = ? AND seq > ? ORDER BY seq LIMIT ?",
        kind,
        after,
        most + 1,
      )
      .toArray();
    return this.#toPage(rows, most);
  }

  #toPage(rows: readonly EntryRow[], most: number): Page<Entry> {
    const shown = rows.slice(0, most);
    const next = rows.length > most ? shown.at(-1)?.seq : undefined;
    return { items: shown.map((row) => this.#toEntry(row)), next };
  }

  /** The keys that a filter lets through, oldest first. */
  findKeys({ prefix, consumer }: KeyFilter, { after, most }: PageRequest): Page<Entry> {
    const rows = this.#sql
      .exec<EntryRow>(
        `SELECT * FROM entries WHERE kind = 'keys' AND seq > ?1
          AND (?2 IS NULL OR json_extract(body, '$.consumer') = ?2)
          AND (?3 IS NULL OR seq IN (SELECT key_seq FROM key_hashes
            WHERE substr(prefix, 1, length(?3)) = ?3 OR substr(?3, 1, length(prefix)) = prefix))
          ORDER BY seq LIMIT ?4`,
        after,
        consumer ?? null,
        prefix ?? null,
        most + 1,
      )
      .toArray();
    return this.#toPage(rows, most);
  }

  /** A consumer's first keys, oldest first. */
  listKeysOf(consumer: string, most: number): readonly KeyEntry[] {
    const rows = this.#sql.exec<EntryRow>(
      "SELECT * FROM entries WHERE kind = 'keys' AND json_extract(body, '$.consumer') = ? ORDER BY seq LIMIT ?",
      consumer,
      most,
    );
    return rows.toArray().map((row) => this.#toEntry(row) as KeyEntry);
  }

  /** Whether a consumer has asked for this limit, or for enough. */
  #hasAsked({ consumer, policy }: EntryBody<"requests">): boolean {
    const all = this.listRequestsOf(consumer);
    const open = all.filter(({ state }) => state === "open");
    return all.length >= ASKED_MAX || open.length >= OPEN_MAX || open.some((one) => one.policy === policy);
  }

  /** A consumer's requests, oldest first. */
  listRequestsOf(consumer: string): readonly LimitRequest[] {
    const { items } = this.list("requests", { after: 0, most: entryKinds.requests.most });
    return (items as readonly LimitRequest[]).filter((request) => request.consumer === consumer);
  }

  /** Every entry of a kind that is bounded enough to be sent whole. */
  listAll(kind: SharedKind): readonly Entry[] {
    return this.list(kind, { after: 0, most: entryKinds[kind].most }).items;
  }

  insert(kind: EntryKind, body: EntryBody, nowMs: number): number {
    const count = this.#count(kind);
    const { seq } = this.#sql
      .exec<{ seq: number }>(
        "INSERT INTO entries (kind, revision, created_at_ms, expires_at_ms, body) VALUES (?, 1, ?, ?, ?) RETURNING seq",
        kind,
        nowMs,
        body.expiresAtMs ?? null,
        JSON.stringify(body),
      )
      .one();
    this.#counts.set(kind, count + 1);
    return seq;
  }

  update(seq: number, body: EntryBody): void {
    this.#sql.exec(
      "UPDATE entries SET revision = revision + 1, expires_at_ms = ?, body = ? WHERE seq = ?",
      body.expiresAtMs ?? null,
      JSON.stringify(body),
      seq,
    );
  }

  delete(kind: EntryKind, seq: number): void {
    const count = this.#count(kind);
    this.#sql.exec("DELETE FROM entries WHERE seq = ?", seq);
    this.#sql.exec("DELETE FROM key_hashes WHERE key_seq = ?", seq);
    this.#counts.set(kind, count - 1);
  }

  /** Expired keys and tokens stay, for an operator may give them more time; all else that expired says nothing any longer. */
  deleteExpired(nowMs: number): void {
    this.#sql.exec("DELETE FROM entries WHERE kind NOT IN ('keys', 'tokens') AND expires_at_ms <= ?", nowMs);
    this.#sql.exec("DELETE FROM key_hashes WHERE expires_at_ms <= ?", nowMs);
    for (const kind of ["overrides", "bans", "access", "requests"] as const) this.#counts.delete(kind);
  }

  addSecret(seq: number, { hash, prefix }: HashedSecret): void {
    this.#sql.exec("INSERT INTO key_hashes VALUES (?, ?, ?, NULL)", hash, seq, prefix);
  }

  hasSecret(hash: string): boolean {
    return this.#sql.exec("SELECT 1 FROM key_hashes WHERE hash = ?", hash).toArray().length > 0;
  }

  /** What opens now opens until then, and never longer than it did before. */
  retireSecrets(seq: number, untilMs: number): void {
    this.#sql.exec(
      "UPDATE key_hashes SET expires_at_ms = MIN(COALESCE(expires_at_ms, ?1), ?1) WHERE key_seq = ?2",
      untilMs,
      seq,
    );
  }

  findKey(hash: string, nowMs: number): KeyRecord | undefined {
    const [found] = this.#sql
      .exec<{ key_seq: number; expires_at_ms: number | null }>(
        "SELECT key_seq, expires_at_ms FROM key_hashes WHERE hash = ?",
        hash,
      )
      .toArray();
    if (found === undefined || (found.expires_at_ms ?? Infinity) <= nowMs) return undefined;
    const entry = this.read("keys", found.key_seq);
    if (entry === undefined || !("metadata" in entry)) return undefined;
    const { id, consumer, tier, scopes, enabled, metadata } = entry;
    const expiresAtMs = Math.min(entry.expiresAtMs ?? Infinity, found.expires_at_ms ?? Infinity);
    return {
      id,
      consumer,
      tier,
      scopes,
      enabled,
      metadata,
      expiresAtMs: expiresAtMs === Infinity ? undefined : expiresAtMs,
    };
  }

  /** undefined for one that has expired. */
  findToken(hash: string, nowMs: number): TokenRecord | undefined {
    const [found] = this.#sql
      .exec<{ key_seq: number }>("SELECT key_seq FROM key_hashes WHERE hash = ?", hash)
      .toArray();
    const entry = found === undefined ? undefined : this.read("tokens", found.key_seq);
    if (entry === undefined || !("name" in entry) || !isActive(entry, nowMs)) return undefined;
    const { id, name, scopes } = entry;
    return { id, name, scopes };
  }

  find({ kind, id, seen }: EntryChange): Changed<Found> {
    const seq = toSeq(kind, id);
    const before = seq === undefined ? undefined : this.read(kind, seq);
    if (seq === undefined || before === undefined) return err("not-found");
    return seen !== undefined && seen !== before.revision ? err("stale") : ok({ seq, before });
  }

  /** What the audit log calls a token is one token's; a consumer asks for one limit once. `seq`: of who may have it. */
  isTaken(body: EntryBody, seq?: number): boolean {
    if ("state" in body && seq === undefined) return this.#hasAsked(body);
    return "name" in body && this.#isNameTaken(body.name, seq);
  }

  #isNameTaken(name: string, seq: number | undefined): boolean {
    const rows = this.#sql.exec(
      "SELECT seq FROM entries WHERE kind = 'tokens' AND json_extract(body, '$.name') = ? AND seq <> ?",
      name,
      seq ?? 0,
    );
    return rows.toArray().length > 0;
  }

  #toEntry({ seq, kind, revision, created_at_ms: createdAtMs, body }: EntryRow): Entry {
    const head = { id: toId(kind, seq), revision, createdAtMs };
    const prefixes = hasSecret(kind) ? { prefixes: this.#listPrefixes(seq) } : {};
    return { ...head, ...(JSON.parse(body) as EntryBody), ...prefixes } as Entry;
  }

  #listPrefixes(seq: number): readonly KeyPrefix[] {
    return this.#sql
      .exec<{ prefix: string; expires_at_ms: number | null }>(
        "SELECT prefix, expires_at_ms FROM key_hashes WHERE key_seq = ? ORDER BY expires_at_ms IS NOT NULL, prefix",
        seq,
      )
      .toArray()
      .map(({ prefix, expires_at_ms: expiresAtMs }) =>
        expiresAtMs === null ? { prefix } : { prefix, expiresAtMs },
      );
  }

  #count(kind: EntryKind): number {
    const known = this.#counts.get(kind);
    if (known !== undefined) return known;
    const { rows } = this.#sql
      .exec<{ rows: number }>("SELECT COUNT(*) AS rows FROM entries WHERE kind = ?", kind)
      .one();
    this.#counts.set(kind, rows);
    return rows;
  }
}
