// Query parameters as forms are decoded (application/x-www-form-urlencoded).

/** Before a value that is no UTF-8, which is shown by its bytes, percent-encoded. No form makes two of one. */
export const BYTES = "\u0000bytes ";

/** A name or a value decoded, or undefined where its escapes are broken or are no UTF-8. */
export function decodeParameter(text: string): string | undefined {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    return undefined;
  }
}

/** The values of a parameter in their order, each told apart from all others. `search` has its question mark, if any. */
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

/** Every byte in the one way that encodeURIComponent writes it; a percent sign that escapes nothing is one. */
function toEscapes(text: string): string {
  return text.replaceAll("+", "%20").replace(/%([0-9A-Fa-f]{2})|./gsu, (unit, hex: string | undefined) => {
    if (hex === undefined) return encodeURIComponent(unit);
    const code = Number.parseInt(hex, 16);
    return code < 0x80 ? encodeURIComponent(String.fromCharCode(code)) : unit.toUpperCase();
  });
}
