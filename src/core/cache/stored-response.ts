// A stored response without its body: the record, plain values that survive JSON, with everything that a hit needs worked
// out when the response is stored. The store keeps the body beside it. `record` is the stored format's own word.

import type { Fields } from "./fields.ts";
import type { VaryValue } from "./vary.ts";

/** The version of the stored shape: what another version wrote is not read. */
export const RECORD_VERSION = 4;

export interface StoredResponse {
  readonly version: typeof RECORD_VERSION;
  readonly kind: "record";
  /** The key URL (cache-key.ts), by which purges find the record. */
  readonly url: string;
  readonly status: number;
  /** The fields that may be sent again. Date is always there, Age never. */
  readonly fields: Fields;
  /** The length of the stored body; null while it is not known. */
  readonly bodyBytes: number | null;
  readonly responseTimeMs: number;
  /** corrected_initial_age (RFC 9111 section 4.2.3). */
  readonly initialAgeMs: number;
  /** The Date field. */
  readonly dateMs: number;
  /** freshness_lifetime (section 4.2.1), measured in age, also where the route set it. */
  readonly lifetimeMs: number;
  /** no-cache: validated before every use (section 5.2.2.4). */
  readonly mustValidate: boolean;
  /** no-cache, must-revalidate, proxy-revalidate or s-maxage: never used stale (section 4.2.4). */
  readonly isStaleForbidden: boolean;
  /** RFC 8246. */
  readonly isImmutable: boolean;
  /** RFC 5861; past the lifetime. */
  readonly staleWhileRevalidateMs: number;
  readonly staleIfErrorMs: number;
  /** Where the origin gave no answer at all (RFC 9111 section 4.2.4). */
  readonly staleIfUnreachableMs: number;
  readonly staleIfLimitedMs: number;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly vary: readonly VaryValue[];
  /** Lower case. */
  readonly tags: readonly string[];
  /** The response had more tags than are kept: a purge of any tag reaches it. */
  readonly isTagsCut: boolean;
  /** The latest purge known when the request was sent (purge-state.ts). */
  readonly generation: number;
  /** The mark of the key URL when the request was sent. */
  readonly mark: string;
}

/** The entry at the primary key when a URL has variants: the sets of fields that chose them, the latest used first. */
export interface VaryIndex {
  readonly version: typeof RECORD_VERSION;
  readonly kind: "index";
  readonly sets: readonly (readonly string[])[];
}

/** The entry under a URL's mark key after a change of it (RFC 9111 section 4.4): a text that the next change replaces. */
export interface ChangeMark {
  readonly version: typeof RECORD_VERSION;
  readonly kind: "mark";
  readonly mark: string;
}

/** The mark of a key URL that nothing changed. */
export const NO_MARK = "";

export type StoredEntry = StoredResponse | VaryIndex | ChangeMark;

/** How long a record is kept at most, whatever its lifetime. Bounds how long purges have to be remembered. */
export const RETENTION_MS_MAX = 30 * 86_400_000;
/** How long a stale record with a validator is kept for the sake of a 304. */
const VALIDATION_MS = 86_400_000;

/** The time after its arrival for which a record can be of use: the store's own limit for it. */
export function toRetentionMs(record: StoredResponse): number {
  const freshMs = Math.max(0, record.lifetimeMs - record.initialAgeMs);
  const validationMs = hasValidator(record) ? VALIDATION_MS : 0;
  const { staleWhileRevalidateMs, staleIfErrorMs, staleIfUnreachableMs, staleIfLimitedMs } = record;
  const standInMs = Math.max(staleIfErrorMs, staleIfUnreachableMs, staleIfLimitedMs);
  const staleMs = Math.max(staleWhileRevalidateMs, standInMs, validationMs);
  return Math.min(freshMs + staleMs, RETENTION_MS_MAX);
}

/** Whether two records can be of one stored body: what is read a second time may be of a later answer. */
export function isSameBody(a: StoredResponse, b: StoredResponse): boolean {
  if (a.status !== b.status || a.bodyBytes !== b.bodyBytes) return false;
  // A validated body has a record of another time.
  return hasValidator(a)
    ? a.etag === b.etag && a.lastModified === b.lastModified
    : a.responseTimeMs === b.responseTimeMs;
}

export function hasValidator(record: Pick<StoredResponse, "etag" | "lastModified">): boolean {
  return record.etag !== null || record.lastModified !== null;
}
