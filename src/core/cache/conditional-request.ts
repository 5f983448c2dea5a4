// A client's own conditions, evaluated against the stored response that would answer it (RFC 9111 section 4.3.2, in the
// order of RFC 9110 section 13.2.2). If-Match and If-Unmodified-Since never come here.

import { matchesWeakly, matchesStrongly, parseEntityTag, parseEntityTags } from "./entity-tags.ts";
import type { FieldReader, Fields } from "./fields.ts";
import { parseHttpDate } from "../http/http-date.ts";
import type { StoredResponse } from "./stored-response.ts";

/** The part of a stored response that conditions are about. */
type Conditioned = Pick<StoredResponse, "status" | "etag" | "lastModified" | "dateMs">;

/** Whether the client already has what is stored: a 304 answers it. */
export function isNotModified(record: Conditioned, request: FieldReader, nowMs: number): boolean {
  // RFC 9110 section 13.2.1: conditions are ignored where the plain answer is not a success.
  if (record.status < 200 || record.status > 299) return false;
  const tags = request.get("if-none-match");
  // If-None-Match takes precedence: If-Modified-Since is then not even read (RFC 9110 section 13.1.3).
  if (typeof tags === "string") return isListed(record.etag, tags);
  const since = request.get("if-modified-since");
  return typeof since === "string" && isUnmodifiedSince(record, since, nowMs);
}

/** Whether Range applies: without If-Range it does, with it only to exactly this representation (RFC 9110 section 13.1.5). */
export function isRangeCurrent(record: StoredResponse, request: FieldReader, nowMs: number): boolean {
  const condition = request.get("if-range")?.trim();
  if (condition === undefined) return true;
  const stored = parseEntityTag(record.etag);
  if (/^(?:W\/)?"/.test(condition)) {
    const given = parseEntityTag(condition);
    return stored !== undefined && given !== undefined && matchesStrongly(stored, given);
  }
  // A weak tag says that the bytes may differ, and the date of the same change then says no more.
  if (stored?.isWeak === true) return false;
  const conditionMs = parseHttpDate(condition, nowMs);
  const modifiedMs = parseHttpDate(record.lastModified ?? "", nowMs);
  // A date is strong only when the answer was made a second or more after the change (RFC 9110 section 8.8.2.2).
  return conditionMs !== undefined && conditionMs === modifiedMs && record.dateMs - conditionMs >= 1_000;
}

/**
 * Fields about the representation, which a 304 leaves out (RFC 9110 section 15.4.5). ETag, Content-Location, Date, Vary,
 * Cache-Control and Expires stay, as it demands.
 */
const OF_THE_REPRESENTATION: ReadonlySet<string> = new Set([
  "content-digest",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-range",
  "content-type",
  "digest",
  "repr-digest",
]);

export function toNotModifiedFields(record: Pick<StoredResponse, "fields" | "etag">): Fields {
  return record.fields.filter(
    ([name]) => !OF_THE_REPRESENTATION.has(name) && !(name === "last-modified" && record.etag !== null),
  );
}

/** Whether a tag matches by weak comparison; "*" is any stored representation (RFC 9110 section 13.1.2). */
function isListed(etag: string | null, tags: string): boolean {
  const listed = parseEntityTags(tags);
  if (listed === "*") return true;
  const stored = parseEntityTag(etag);
  return stored !== undefined && listed.some((tag) => matchesWeakly(tag, stored));
}

/** Whether it is unmodified since (section 4.3.2): without Last-Modified, by the Date, which a record always has. */
function isUnmodifiedSince(record: Conditioned, since: string, nowMs: number): boolean {
  const sinceMs = parseHttpDate(since, nowMs);
  if (sinceMs === undefined) return false;
  const modifiedMs = parseHttpDate(record.lastModified ?? "", nowMs) ?? record.dateMs;
  return modifiedMs <= sinceMs;
}
