// Reads cookies by name from a Cookie field (RFC 6265 section 5.4).

/** Every value of a cookie in the order sent. Origins differ in which of two they take, so a key needs all of them. */
export function findCookies(cookieField: string | null | undefined, name: string): readonly string[] {
  if (cookieField === null || cookieField === undefined) return [];
  const values: string[] = [];
  for (const pair of cookieField.split(";")) {
    const equals = pair.indexOf("=");
    if (equals > 0 && pair.slice(0, equals).trim() === name) values.push(pair.slice(equals + 1).trim());
  }
  return values;
}
