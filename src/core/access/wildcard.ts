// Matches text against a pattern in which "*" stands for any text. No regular expression is made of it and nothing is
// tried twice: each piece is looked for once, from where the one before it ended.

export interface Wildcard {
  /** Lower case, as the pattern has them between its stars. */
  readonly pieces: readonly string[];
}

export function toWildcard(pattern: string): Wildcard {
  return { pieces: pattern.toLowerCase().split("*") };
}

/** `text` in lower case. The leftmost place for each piece leaves the most room for those after it. */
export function matchesWildcard({ pieces }: Wildcard, text: string): boolean {
  const [first = "", ...rest] = pieces;
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of rest) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
