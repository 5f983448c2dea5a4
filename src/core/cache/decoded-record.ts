// A record for the decoded body of an encoded response. The platform decodes what is read, so what is stored is the
// content without its coding: another representation of the same, with a validator that says so.

import type { StoredRecord } from "./stored-record.ts";

/** The codings that the platform decodes when a body is read; all others pass as bytes. It compares case. */
const DECODED_CODINGS: ReadonlySet<string> = new Set(["gzip", "br"]);
const OF_THE_CODING: ReadonlySet<string> = new Set([
  "content-encoding",
  "content-length",
  "content-md5",
  "content-digest",
]);

/** Whether a body with this Content-Encoding comes out of the platform decoded, and so is stored decoded. */
export function isDecodedOnRead(contentEncoding: string | null | undefined): boolean {
  return typeof contentEncoding === "string" && DECODED_CODINGS.has(contentEncoding);
}

/**
 * The fields no longer name the coding, and a strong entity tag becomes weak (RFC 9110 section 8.8.1: two codings of the
 * same content need two strong tags). The origin is still asked by its own tag.
 */
export function toDecodedRecord(record: StoredRecord): StoredRecord {
  const fields = record.fields
    .filter(([name]) => !OF_THE_CODING.has(name))
    .map(([name, value]) =>
      name === "etag" && !value.startsWith("W/") ? ([name, `W/${value}`] as const) : ([name, value] as const),
    );
  return { ...record, fields, bodyBytes: null };
}

/** A refreshed record of a body that is stored decoded: the origin's 304 names the encoded one's strong tag again. */
export function keepDecoded(stored: StoredRecord, refreshed: StoredRecord): StoredRecord {
  const isDecoded =
    stored.etag !== null && stored.fields.some(([name, value]) => name === "etag" && value !== stored.etag);
  return isDecoded ? { ...toDecodedRecord(refreshed), bodyBytes: refreshed.bodyBytes } : refreshed;
}
