// What came from a gateway may hold anything: a consumer's name that moves the cursor, clears the screen or turns the line
// around. Such characters are printed as escapes.

/** Controls, what turns the direction of text, what has no width, and halves of characters. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** One line. */
export function toSafeText(value: unknown): string {
  if (value === undefined || value === null) return "-";
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "-");
  return text.replaceAll(UNSAFE, (character) => toEscape(character));
}

/** JSON that means the same, whatever is in it. */
export function toSafeJson(value: unknown): string {
  const text = JSON.stringify(value, undefined, 2) ?? "null";
  return text.replaceAll(UNSAFE, (character) => (character === "\n" ? character : toEscape(character)));
}

/** As JSON and JavaScript write it: a character beyond 16 bits is two. */
function toEscape(character: string): string {
  return Array.from({ length: character.length }, (_, at) => {
    const code = character.charCodeAt(at).toString(16).padStart(4, "0");
    return `\\u${code}`;
  }).join("");
}
