// Entity tags (RFC 9110 section 8.8.3): reading them, alone and in lists, and the two ways of comparing them.

export interface EntityTag {
  readonly isWeak: boolean;
  readonly opaque: string;
}

const TAG = /(?<weak>W\/)?"(?<opaque>[!\u0023-\u007e\u0080-\u{10ffff}]*)"/uy;
const SEPARATORS = /[\t ,]*/y;

/**
 * One entity tag. Text without quotes, which some origins send, is taken whole and as weak: it serves to ask that origin
 * again, never to put bytes together. undefined when there is none.
 */
export function parseEntityTag(text: string | null | undefined): EntityTag | undefined {
  const trimmed = text?.trim() ?? "";
  if (trimmed === "") return undefined;
  TAG.lastIndex = 0;
  const groups = TAG.exec(trimmed)?.groups;
  if (groups === undefined || TAG.lastIndex !== trimmed.length) return { isWeak: true, opaque: trimmed };
  return { isWeak: groups["weak"] !== undefined, opaque: groups["opaque"] ?? "" };
}

/** A list as If-None-Match has it: "*", the tags, or, when it is neither, one unquoted tag. */
export function parseEntityTags(text: string): readonly EntityTag[] | "*" {
  const trimmed = text.trim();
  if (trimmed === "*") return "*";
  const tags: EntityTag[] = [];
  let at = skipSeparators(trimmed, 0);
  while (at < trimmed.length) {
    TAG.lastIndex = at;
    const groups = TAG.exec(trimmed)?.groups;
    if (groups === undefined) return [{ isWeak: true, opaque: trimmed }];
    tags.push({ isWeak: groups["weak"] !== undefined, opaque: groups["opaque"] ?? "" });
    at = skipSeparators(trimmed, TAG.lastIndex);
  }
  return tags;
}

/** Weak comparison: the same opaque part (section 8.8.3.2). */
export function matchesWeakly(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque;
}

/** Strong comparison: the same opaque part, and neither is weak. */
export function matchesStrongly(a: EntityTag, b: EntityTag): boolean {
  return !a.isWeak && !b.isWeak && a.opaque === b.opaque;
}

function skipSeparators(text: string, at: number): number {
  SEPARATORS.lastIndex = at;
  return SEPARATORS.test(text) ? SEPARATORS.lastIndex : at;
}
