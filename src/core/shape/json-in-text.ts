// JSON that stands as a text in JSON, such as the answers in a batch of Graph's: taken out of its text, and put back into one.
// Both as bytes, one character each: what is no ASCII keeps its bytes, or its escape, which the JSON within reads as its own.

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|([^]))/g;
const SHORT: Readonly<Record<string, string>> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
};

/** undefined: what stands between the quotes is no text of JSON. */
export function takeOut(raw: string): string | undefined {
  if (!raw.includes("\\")) return raw;
  let isText = true;
  const text = raw.replace(ESCAPE, (escape: string, hex: string | undefined, short: string | undefined) => {
    const code = hex === undefined ? undefined : Number.parseInt(hex, 16);
    // Above ASCII the escape means the same one JSON further in, where alone it can stand.
    if (code !== undefined) return code < 0x80 ? String.fromCharCode(code) : escape;
    const char = SHORT[short ?? ""];
    isText &&= char !== undefined;
    return char ?? escape;
  });
  return isText ? text : undefined;
}

/** Between quotes again, written as `raw` was. */
export function putBack(text: string, raw: string): string {
  const escaped = text.replace(/["\\]|[^ -\u{10ffff}]/gu, toEscape);
  return raw.includes("\\/") ? escaped.replaceAll("/", "\\/") : escaped;
}

function toEscape(char: string): string {
  if (char === '"' || char === "\\") return `\\${char}`;
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
