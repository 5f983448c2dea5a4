// Writes what is stored as the text that parse-stored.ts reads back.

import type { StoredEntry, StoredResponse } from "./stored-response.ts";

/** The length of a header line that every known cache takes. */
const TEXT_LENGTH_MAX = 16_000;

/** Writes ASCII JSON; undefined when it is longer than a store takes. */
export function writeStored(entry: StoredEntry): string | undefined {
  const text = toAscii(JSON.stringify(entry));
  return text.length > TEXT_LENGTH_MAX ? undefined : text;
}

/** Whether a record can be written whatever the length of its body turns out to be. */
export function isWritable(record: StoredResponse, bodyBytesMax: number): boolean {
  return writeStored({ ...record, bodyBytes: record.bodyBytes ?? bodyBytesMax }) !== undefined;
}

/** Text in which everything that a header line cannot hold is a \u escape. */
function toAscii(json: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is escaped
  return json.replace(
    /[^\u0020-\u007e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
