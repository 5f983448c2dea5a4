// Entity tags of trimmed answers. A tag belongs to one representation (RFC 9110 section 8.8.3): each way of trimming has
// tags of its own, derived from the whole answer's, and as strong, for the same bytes are always trimmed to the same.

import { isReadable } from "../http/field-value.ts";

const TAG = /^((?:W\/)?"[!#-~\u0080-\u{10ffff}]*)"$/u;
const MARK = /-f[0-9a-f]{8}(?=")/g;

/** The tag of a trimmed answer. `trim` stands for what is trimmed. undefined where the tag is malformed or not UTF-8. */
export function toTrimmedTag(tag: string | null, trim: number): string | undefined {
  const [, start] = TAG.exec(tag?.trim() ?? "") ?? [];
  return start === undefined || !isReadable(start)
    ? undefined
    : `${start}-f${trim.toString(16).padStart(8, "0")}"`;
}

/** If-Match with the origin's own tags: a client that saw a part of an answer has seen that answer. */
export function toWholeTags(tags: string): string {
  return tags.replace(MARK, "");
}
