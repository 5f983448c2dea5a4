// Refreshes a stored response by an answer of the origin (RFC 9111 sections 3.2, 4.3.4 and 4.3.5): a 304 makes it new, a
// HEAD's 200 updates it or proves it outdated. A full answer to a GET replaces it and never comes here.

import type { CacheSettings } from "./cache-settings.ts";
import { createStoredResponse } from "./create-stored-response.ts";
import { matchesStrongly, matchesWeakly, parseEntityTag } from "./entity-tags.ts";
import type { Exchange } from "./exchange.ts";
import { type FieldReader, toFieldReader } from "./fields.ts";
import { parseAge } from "./age.ts";
import { findRefusal, type StoreRefusal } from "./store-response.ts";
import { mergeFields } from "./stored-fields.ts";
import type { StoredResponse } from "./stored-response.ts";

export interface Refreshed {
  readonly kind: "refreshed";
  /** Answers the request, with its own conditions evaluated against it. */
  readonly record: StoredResponse;
  /** Why the store must not keep it any longer; undefined when it is to be stored in place of the old. */
  readonly refusal: StoreRefusal | undefined;
  /**
   * For the Age field: another cache answered for the origin. undefined: the origin did, and there is no Age (section
   * 5.1).
   */
  readonly ageMs: number | undefined;
}

/** The answer is not about the stored response, which must not be used or updated by it. Ask again without conditions. */
export interface NotRefreshed {
  readonly kind: "other";
}

const OTHER: NotRefreshed = Object.freeze({ kind: "other" });

/** Refreshes it by a 304 to a request with the record's own conditions. */
export function refreshStoredResponse(
  record: StoredResponse,
  exchange: Exchange,
  settings: CacheSettings,
): Refreshed | NotRefreshed {
  const fields = toFieldReader(exchange.response.fields);
  return isIdentified(record, fields) ? refresh(record, exchange, settings) : OTHER;
}

/** Refreshes it by a 200 to a HEAD. "other": it is outdated and is to be removed (section 4.3.5). */
export function refreshByHead(
  record: StoredResponse,
  exchange: Exchange,
  settings: CacheSettings,
): Refreshed | NotRefreshed {
  const fields = toFieldReader(exchange.response.fields);
  const isSame =
    record.status === 200 &&
    isSameValue(fields.get("etag"), record.etag) &&
    isSameValue(fields.get("last-modified"), record.lastModified) &&
    isSameValue(fields.get("content-length"), record.bodyBytes === null ? null : String(record.bodyBytes));
  return isSame ? refresh(record, exchange, settings) : OTHER;
}

/** Replaces stored fields by the answer's, and derives everything else anew (section 3.2). */
function refresh(record: StoredResponse, exchange: Exchange, settings: CacheSettings): Refreshed {
  const newer = toFieldReader(exchange.response.fields);
  const merged = mergeFields(record.fields, exchange.response.fields);
  // Age and a missing Date are about this answer: the stored Date would make a validated response old.
  const dated = newer.get("date") === undefined ? merged.filter(([name]) => name !== "date") : merged;
  const age = newer.get("age");
  const fields = typeof age === "string" ? [...dated, ["age", age] as const] : dated;
  const draft = createStoredResponse({ ...exchange, response: { status: record.status, fields } }, settings);
  return {
    kind: "refreshed",
    record: { ...draft.record, bodyBytes: record.bodyBytes },
    refusal: findRefusal(draft, exchange.request, settings),
    ageMs: parseAge(age) > 0 ? draft.record.initialAgeMs : undefined,
  };
}

/**
 * Whether a 304 is about this response (section 4.3.4): a strong validator must be the stored one; a weak one must
 * correspond. A 304 without any is about the one response whose validators were sent, since no others were.
 */
function isIdentified(record: StoredResponse, fields: FieldReader): boolean {
  const given = parseEntityTag(fields.get("etag"));
  const stored = parseEntityTag(record.etag);
  if (given !== undefined && !given.isWeak) return stored !== undefined && matchesStrongly(given, stored);
  if (given !== undefined && stored !== undefined) return matchesWeakly(given, stored);
  return isSameValue(fields.get("last-modified"), record.lastModified);
}

/** Whether a validator is the stored one, or was not sent. */
function isSameValue(received: string | null | undefined, stored: string | null): boolean {
  return received === null || received === undefined || received === stored;
}
