// Reads a request's header fields once, under their folded names.

import { foldName } from "../../core/http/field-name.ts";
import { isDroppedFromRequests, isOfPlatform } from "../../core/http/forwarded-fields.ts";

export interface ReadFields {
  /** All fields by lower-case name. Read once: every look at a Headers object crosses into the platform. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  /** All fields by folded name (field-name.ts), with the values of all spellings combined. */
  readonly fields: ReadonlyMap<string, string>;
  /** Whether any field's name differs from its folded form. */
  readonly hasOddNames: boolean;
}

/** With how long names and values are together. */
export interface CountedFields extends ReadFields {
  readonly bytes: number;
}

export function readFields(headers: Headers): CountedFields {
  // One call into the platform makes the list; iterating over the object itself is one for each field.
  const lines = Array.from(headers);
  const fields = new Map<string, string>();
  let bytes = 0;
  let hasOddNames = false;
  for (const [name, value] of lines) {
    bytes += name.length + value.length;
    const folded = foldName(name);
    if (folded !== name) {
      hasOddNames = true;
      // A forgery of a platform or gateway field under another spelling.
      if (isOfPlatform(folded) || isDroppedFromRequests(folded)) continue;
    }
    const before = fields.get(folded);
    fields.set(folded, before === undefined ? value : `${before}, ${value}`);
  }
  return { lines, fields, hasOddNames, bytes };
}
