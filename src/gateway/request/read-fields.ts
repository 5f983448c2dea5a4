// Reads a request's header fields once, under their folded names.

import { foldName } from "../../core/http/field-name.ts";
import { isDroppedFromRequests, isOfPlatform } from "../../core/http/forwarded-fields.ts";

export interface ReadFields {
  /**
   * Fields, by lower-case name, that an origin does not simply get as they came: those that stay here, those of odd names,
   * and lists, which may be several lines.
   */
  readonly touched: readonly (readonly [name: string, value: string])[];
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
  const touched: [string, string][] = [];
  const fields = new Map<string, string>();
  let bytes = 0;
  let hasOddNames = false;
  // Once, and in one call: every other look at a Headers object is a call into the platform for each field.
  // oxlint-disable-next-line unicorn/no-array-for-each -- it is no array
  headers.forEach((value, name) => {
    bytes += name.length + value.length;
    const folded = foldName(name);
    const isOdd = folded !== name;
    const isDropped = isDroppedFromRequests(folded);
    if (isOdd || isDropped || value.includes(", ")) touched.push([name, value]);
    hasOddNames ||= isOdd;
    // A forgery of a platform or gateway field under another spelling.
    if (isOdd && (isDropped || isOfPlatform(folded))) return;
    const before = fields.get(folded);
    fields.set(folded, before === undefined ? value : `${before}, ${value}`);
  });
  return { touched, fields, hasOddNames, bytes };
}
