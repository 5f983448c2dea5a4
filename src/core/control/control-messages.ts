// What the admin API and the control object say to each other. Plain values only.

import type { Entry, EntryBody, EntryKind } from "./entries.ts";

/** Who changes something: it goes into the audit log. */
export interface Changer {
  /** The token's name. */
  readonly who: string;
  readonly address: string | undefined;
}

/** What the caller of a change must have seen: a revision, or undefined for whatever is there ("*"). */
export type Seen = number | undefined;

export type ChangeFailure =
  /** There is no such thing. */
  | "not-found"
  /** It has changed since the caller saw it. */
  | "stale"
  /** There are as many as there may be. */
  | "full"
  /** The same Idempotency-Key came with another body. */
  | "repeat-differs";

export type Changed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ChangeFailure };

/** A create that may come twice: by the caller's name for it, with a digest of what it asks for. */
export interface Repeatable {
  readonly name: string;
  readonly digest: string;
}

export interface Creation {
  readonly kind: EntryKind;
  readonly body: EntryBody;
  /** Of a key: the hash of its text, and what may be shown of it. */
  readonly secret?: KeySecret | undefined;
  readonly repeatable?: Repeatable | undefined;
}

export interface KeySecret {
  /** SHA-256 of the whole text, lower-case hexadecimal. */
  readonly hash: string;
  readonly prefix: string;
}

export interface Created {
  readonly entry: Entry;
  /** The entry was there already: this create came before. */
  readonly isRepeat: boolean;
}

export interface EntryChange {
  readonly kind: EntryKind;
  readonly id: string;
  readonly seen: Seen;
}

export interface Rotation extends Omit<EntryChange, "kind"> {
  readonly secret: KeySecret;
  /** How long what is replaced still opens, in milliseconds. */
  readonly overlapMs: number;
}

/** `document` is JSON text; undefined is the deployed file. */
export interface ConfigChange {
  readonly document: string | undefined;
  readonly reason: string | undefined;
  readonly seen: Seen;
}

export interface ConfigVersion {
  readonly version: number;
  readonly createdAtMs: number;
  readonly who: string;
  readonly reason: string | undefined;
  readonly document: string | undefined;
}

/** `after` is the last place of the page before. */
export interface PageRequest {
  readonly after: number;
  readonly most: number;
}

export interface Page<Item> {
  readonly items: readonly Item[];
  /** The place to go on from; undefined: that was all. */
  readonly next: number | undefined;
}

export interface AuditEntry {
  readonly id: number;
  readonly atMs: number;
  readonly who: string;
  readonly address: string | undefined;
  /** "keys.create", "config.put", "cache.purge". */
  readonly action: string;
  readonly target: string;
  /** JSON; undefined where there was or is nothing, or where it would be too long. */
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What is known of an action before the object gives it a number and a time. */
export type Audited = Omit<AuditEntry, "id" | "atMs" | "who" | "address">;
