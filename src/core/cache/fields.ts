// Header fields as plain values. A message's fields are a list of pairs; a look-up is anything with `get`, which both a
// Headers object and a Map are, so nothing has to be copied to ask for one field.

/** Lower-case name and value. A name may occur more than once: set-cookie must (RFC 9110 section 5.3). */
export type Field = readonly [name: string, value: string];
export type Fields = readonly Field[];

/** Answers the combined value of a field (RFC 9110 section 5.2). `name` is lower case. */
export interface FieldReader {
  get(name: string): string | null | undefined;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
/** A member of a list, with commas only inside quoted strings (RFC 9110 sections 5.6.1 and 5.6.4). */
const MEMBER = /(?:"(?:[^"\\]|\\.)*"?|[^",])+/gs;

export function toFieldReader(fields: Fields): FieldReader {
  const combined = new Map<string, string>();
  for (const [name, value] of fields) {
    const before = combined.get(name);
    combined.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return combined;
}

/** The members of a comma-separated field, trimmed, without empty ones (RFC 9110 section 5.6.1.2). */
export function splitList(value: string): readonly string[] {
  if (!value.includes(",")) return value.trim() === "" ? [] : [value.trim()];
  const members: string[] = [];
  for (const [member] of value.matchAll(MEMBER)) {
    const trimmed = member.trim();
    if (trimmed !== "") members.push(trimmed);
  }
  return members;
}

/** Field names in lower case, or undefined when a member is not a name. */
export function parseFieldNames(value: string): readonly string[] | undefined {
  const names = splitList(value).map((name) => name.toLowerCase());
  return names.every((name) => TOKEN.test(name)) ? names : undefined;
}

/** Whether a field was sent at all; an empty value is a value. */
export function hasField(fields: FieldReader, name: string): boolean {
  const value = fields.get(name);
  return value !== null && value !== undefined;
}
