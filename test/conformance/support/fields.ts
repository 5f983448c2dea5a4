// HTTP fields as they stood on the wire: an ordered list of lines. Objects and Headers would merge what tests look at.

export type Fields = readonly (readonly [name: string, value: string])[];

/** Node's rawHeaders: names and values by turns. */
export function toFields(raw: readonly string[]): Fields {
  const fields: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) fields.push([raw[at] ?? "", raw[at + 1] ?? ""]);
  return fields;
}

/** Every line of a field, in order. */
export function linesOf(fields: Fields, name: string): string[] {
  const wanted = name.toLowerCase();
  return fields.filter(([field]) => field.toLowerCase() === wanted).map(([, value]) => value);
}

/** The field's lines as one value, or undefined when it is not there. RFC 9110 section 5.3. */
export function valueOf(fields: Fields, name: string): string | undefined {
  const lines = linesOf(fields, name);
  return lines.length === 0 ? undefined : lines.join(", ");
}
