// Query parameters as forms are decoded (application/x-www-form-urlencoded).

/** Prefix of a value that is not valid UTF-8: its bytes follow, percent-encoded in one way only. */
export const BYTES = "\u0000bytes ";

/** Decodes a name or value; undefined where an escape is malformed or the bytes are not UTF-8. */
export function decodeParameter(text: string): string | undefined {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

/** All values of a parameter, in order: equal only where their bytes are. `search` includes the question mark. */
export function findParameters(search: string, name: string): readonly string[] {
  const values: string[] = [];
  for (const pair of search.slice(1).split("&")) {
    const [given = ""] = pair.split("=", 1);
    if (decodeParameter(given) !== name) continue;
    const value = pair.slice(given.length + 1);
    values.push(decodeParameter(value) ?? BYTES + toEscapes(value));
  }
  return values;
}

/** Percent-encodes every byte as encodeURIComponent would. A percent sign without two digits stands for itself. */
function toEscapes(text: string): string {
  return text.replaceAll("+", "%20").replace(/%([0-9A-Fa-f]{2})|./gsu, (unit, hex: string | undefined) => {
    if (hex === undefined) return encodeURIComponent(unit);
    const code = Number.parseInt(hex, 16);
    return code < 0x80 ? encodeURIComponent(String.fromCharCode(code)) : unit.toUpperCase();
  });
}
