// Messages between the admin API and the control object. Plain values only.

import type { Entry, EntryBody, EntryKind, KeyEntry, LimitRequest } from "./entries.ts";

/** The author of a change, for the audit log. */
export interface Changer {
  /** The token's name. */
  readonly who: string;
  readonly address: string | undefined;
}

/** The revision that the caller of a change must have seen; undefined: any ("*"). */
export type Seen = number | undefined;

export type ChangeFailure =
  /** It does not exist. */
  | "not-found"
  /** It has changed since the caller saw it. */
  | "stale"
  /** There are as many as there may be. */
  | "full"
  /** Another one has this name. */
  | "name-taken"
  /** The same Idempotency-Key came with another body. */
  | "repeat-differs";

export type Changed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly error: ChangeFailure };

/** The idempotency key of a create that may come twice, with a digest of its body. */
export interface Repeatable {
  readonly name: string;
  readonly digest: string;
}

export interface Creation {
  readonly kind: EntryKind;
  readonly body: EntryBody;
  /** The hash of a key's secret, and what may be shown of it. */
  readonly secret?: HashedSecret | undefined;
  readonly repeatable?: Repeatable | undefined;
  /** The request for a higher limit that an override grants, and what becomes of it with that. */
  readonly granting?: Granting | undefined;
}

export interface Granting {
  readonly id: string;
  readonly seen: Seen;
  readonly body: EntryBody<"requests">;
}

export interface HashedSecret {
  /** SHA-256 of the whole secret, lower-case hexadecimal. */
  readonly hash: string;
  readonly prefix: string;
}

/** A key that was made elsewhere: its text is known to who has it, and to nobody here. */
export interface ImportedKey {
  readonly body: EntryBody<"keys">;
  readonly secret: HashedSecret;
}

/** What became of an imported key: its id, or why there is none. `known`: the same text was a key already. */
export type Imported = { readonly id: string } | { readonly id?: never; readonly why: "known" | "full" };

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
  readonly secret: HashedSecret;
  /** How long the replaced secret still works, in milliseconds. */
  readonly overlapMs: number;
}

/** What a consumer asks of its own keys, with one of them. */
export interface OwnKeyChange {
  readonly consumer: string;
  /** SHA-256 of the key's text that it shows: what it may do is decided by what that key is now. */
  readonly shown: string;
  /** Keys that a consumer may have to make another one. */
  readonly keysMax: number;
  readonly asked: OwnKeyAsked;
}

export type OwnKeyAsked =
  | {
      readonly kind: "create";
      readonly secret: HashedSecret;
      readonly label: string | undefined;
      /** undefined: those of the key that is shown. */
      readonly scopes: readonly string[] | undefined;
      readonly expiresAtMs: number | undefined;
    }
  | {
      readonly kind: "rotate";
      readonly id: string;
      readonly secret: HashedSecret;
      readonly overlapMs: number;
    }
  | { readonly kind: "revoke"; readonly id: string };

export type OwnKeyFailure =
  /** The key that was shown opens nothing any longer. */
  | "ended"
  /** The consumer has no such key. */
  | "not-found"
  /** The key that was shown gives less than that one, or an operator has disabled it. */
  | "not-covered"
  /** The consumer, or the gateway, has as many as it may have. */
  | "full"
  /** The consumer would be left without a key. */
  | "last"
  /** The consumer has changed as much as it may in a day. */
  | "too-often";

export type OwnKeyChanged =
  | { readonly ok: true; readonly value: KeyEntry }
  | { readonly ok: false; readonly error: OwnKeyFailure };

/** What a consumer sees of itself. */
export interface OwnEntries {
  readonly keys: readonly KeyEntry[];
  readonly requests: readonly LimitRequest[];
}

/** A change of the configuration. `document` is JSON text; undefined is the deployed configuration. */
export interface ConfigChange {
  readonly document: string | undefined;
  /** The fingerprint of the deployed file. */
  readonly file: string | undefined;
  readonly reason: string | undefined;
  readonly seen: Seen;
  /** What it changes of the active one, without secrets, for the audit log. */
  readonly changes?: unknown;
}

export interface ConfigVersion {
  readonly version: number;
  readonly createdAtMs: number;
  readonly who: string;
  readonly reason: string | undefined;
  readonly document: string | undefined;
  /** The fingerprint of the file that was deployed then. */
  readonly file: string | undefined;
}

/** The page to read. `after` is the last place of the page before. */
export interface PageRequest {
  readonly after: number;
  readonly most: number;
}

/** Keys that have all of this. */
export interface KeyFilter {
  /** The visible beginning of their text, or some of it, or more. */
  readonly prefix?: string | undefined;
  readonly consumer?: string | undefined;
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

/** An action before the object gives it a number and a time. */
export type Audited = Omit<AuditEntry, "id" | "atMs" | "who" | "address">;
