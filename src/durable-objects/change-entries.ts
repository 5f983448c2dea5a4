// Changes of entries within a transaction of the control object: each writes its line of the audit log.

import type {
  Changed,
  Changer,
  Creation,
  HashedSecret,
  Imported,
  ImportedKey,
} from "../core/control/control-messages.ts";
import type { Entry, EntryBody, EntryKind, KeyEntry } from "../core/control/entries.ts";
import { err, ok } from "../core/result.ts";
import type { AuditRows } from "./audit-rows.ts";
import { type EntryRows, type Found, toId } from "./entry-rows.ts";
import { toAudited } from "./to-audited.ts";

export interface KeyRows {
  readonly entries: EntryRows;
  readonly audit: AuditRows;
}

/** Who makes a change, and when. */
export interface ChangeBy {
  readonly by: Changer;
  readonly nowMs: number;
}

/** The audit log is bounded: no consumer is to fill it, and push out what operators did. */
const CHANGES_MAX = 20;
const DAY_MS = 86_400_000;

/** Whether a consumer has changed as much as it may in a day. */
export function hasChangedEnough({ audit }: KeyRows, { by, nowMs }: ChangeBy): boolean {
  return audit.countBy(by.who, nowMs - DAY_MS) >= CHANGES_MAX;
}

/** Makes an entry, and answers the request for a higher limit that it grants. */
export function create(
  rows: KeyRows,
  { kind, body, secret, granting }: Omit<Creation, "repeatable">,
  made: ChangeBy,
): Changed<{ readonly seq: number; readonly entry: Entry }> {
  const { entries, audit } = rows;
  const { by, nowMs } = made;
  if (entries.isFull(kind)) return err("full");
  if (entries.isTaken(body)) return err("name-taken");
  const granted = granting && entries.find({ kind: "requests", ...granting });
  if (granted?.ok === false) return granted;
  const seq = entries.insert(kind, body, nowMs);
  if (secret !== undefined) entries.addSecret(seq, secret);
  const entry = entries.read(kind, seq);
  if (entry === undefined) return err("not-found");
  audit.insert(toAudited(`${kind}.create`, entry.id, { after: entry }), by, nowMs);
  if (granting !== undefined && granted !== undefined)
    put(rows, "requests", { ...granted.value, body: { ...granting.body, override: entry.id } }, made);
  return ok({ seq, entry });
}

/** Replaces what an entry says. */
export function put(
  { entries, audit }: KeyRows,
  kind: EntryKind,
  { seq, before, body }: Found & { readonly body: EntryBody },
  { by, nowMs }: ChangeBy,
): Entry {
  entries.update(seq, body);
  const after = entries.read(kind, seq);
  audit.insert(toAudited(`${kind}.update`, before.id, { before, after }), by, nowMs);
  return after ?? before;
}

interface Rotating {
  readonly seq: number;
  readonly before: KeyEntry;
  readonly secret: HashedSecret;
  /** Until when the secret works that is replaced. */
  readonly untilMs: number;
}

export function rotate(
  { entries, audit }: KeyRows,
  { seq, before, secret, untilMs }: Rotating,
  { by, nowMs }: ChangeBy,
): KeyEntry {
  entries.retireSecrets(seq, untilMs);
  entries.addSecret(seq, secret);
  const { id: _id, revision: _revision, createdAtMs: _createdAtMs, prefixes: _prefixes, ...body } = before;
  entries.update(seq, body);
  entries.deleteExpired(nowMs);
  const after = entries.read("keys", seq) as KeyEntry | undefined;
  audit.insert(toAudited("keys.rotate", before.id, { before, after }), by, nowMs);
  return after ?? before;
}

/** Each by itself, in their order. A text that is a key already stays what it is. */
export function importKeys(
  { entries, audit }: KeyRows,
  keys: readonly ImportedKey[],
  { by, nowMs }: ChangeBy,
): readonly Imported[] {
  const imported = keys.map(({ body, secret }): Imported => {
    if (entries.hasSecret(secret.hash)) return { why: "known" };
    if (entries.isFull("keys")) return { why: "full" };
    const seq = entries.insert("keys", body, nowMs);
    entries.addSecret(seq, secret);
    return { id: toId("keys", seq) };
  });
  const ids = imported.flatMap(({ id }) => id ?? []);
  const [first] = ids;
  if (first !== undefined) {
    const after = { keys: ids.length, first, last: ids.at(-1) };
    audit.insert(toAudited("keys.import", first, { after }), by, nowMs);
  }
  return imported;
}
