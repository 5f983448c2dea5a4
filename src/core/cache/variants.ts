// Several variants of one URL (RFC 9111 section 4.1). While no response varies, the record itself stands at the primary
// key and one read is enough. From the first Vary on, an index stands there, with the sets of fields that responses
// varied by, and each variant has a key of its own.

import { toVariantKey } from "./cache-key.ts";
import type { CacheSettings } from "./cache-settings.ts";
import type { FieldReader } from "./fields.ts";
import { RECORD_VERSION, type StoredEntry, type StoredResponse, type VaryIndex } from "./stored-response.ts";
import { matchesVary } from "./vary.ts";

export interface VariantContext {
  readonly fields: FieldReader;
  readonly settings: CacheSettings;
}

/** The key of a record, and the index to write at the primary key before it, if that changes. */
export interface StorePlace {
  readonly key: string;
  readonly index: VaryIndex | undefined;
}

/** The most sets: each costs a read. An origin that varies by more keeps missing, which is safe. */
const SETS_MAX = 4;

/** The keys under which a request's variants may be; one per set of fields, the latest used first. */
export function toVariantKeys(
  primaryKey: string,
  index: VaryIndex,
  context: VariantContext,
): readonly string[] {
  return index.sets.map((names) => toVariantKey(primaryKey, names, context));
}

/**
 * The stored response for a request: of those that match, the most recent by Date (section 4), and one with Vary before
 * one without, which is often a default that forgot it (section 4.1).
 */
export function selectStoredResponse(
  candidates: readonly StoredResponse[],
  { fields, settings }: VariantContext,
): StoredResponse | undefined {
  let selected: StoredResponse | undefined;
  for (const record of candidates) {
    if (!matchesVary(record.vary, fields, settings.vary)) continue;
    if (selected === undefined || isPreferred(record, selected)) selected = record;
  }
  return selected;
}

/** The place for a record; `present` is the entry at the primary key now. */
export function toStorePlace(
  primaryKey: string,
  record: StoredResponse,
  { present, ...context }: VariantContext & { readonly present: StoredEntry | undefined },
): StorePlace {
  const names = record.vary.map(([name]) => name);
  if (present?.kind !== "index" && names.length === 0) return { key: primaryKey, index: undefined };
  const sets = present?.kind === "index" ? present.sets : [];
  const key = toVariantKey(primaryKey, names, context);
  if (sets.length > 0 && isSameSet(sets[0], names)) return { key, index: undefined };
  const others = sets.filter((set) => !isSameSet(set, names)).slice(0, SETS_MAX - 1);
  return { key, index: { version: RECORD_VERSION, kind: "index", sets: [names, ...others] } };
}

function isPreferred(record: StoredResponse, selected: StoredResponse): boolean {
  const hasVary = record.vary.length > 0;
  if (hasVary !== selected.vary.length > 0) return hasVary;
  if (record.dateMs !== selected.dateMs) return record.dateMs > selected.dateMs;
  return record.responseTimeMs > selected.responseTimeMs;
}

/** Whether two sets are equal. Both are sorted (vary.ts). */
function isSameSet(a: readonly string[] | undefined, b: readonly string[]): boolean {
  return a?.length === b.length && a.every((name, index) => name === b[index]);
}
