// Wildcard patterns: text in which "*" stands for any text, also none. Matched without going back: each piece is looked
// for from where the one before it was found.

export interface Glob {
  /** The text between the wildcards. One piece: no wildcard. */
  readonly pieces: readonly string[];
  /** Characters that are not wildcards: the longer pattern is the more specific. */
  readonly length: number;
}

export function parseGlob(text: string): Glob {
  const pieces = text.split("*");
  return { pieces, length: text.length - (pieces.length - 1) };
}

export function matchesGlob({ pieces, length }: Glob, text: string): boolean {
  const [first = "", ...others] = pieces;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (text.length < length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (const piece of others) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
    if (at > end) return false;
  }
  return true;
}
