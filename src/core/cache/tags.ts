// The tags that an origin gives a response to purge it by: Cache-Tag (commas) and Surrogate-Key (spaces).

import type { FieldReader } from "./fields.ts";

export interface Tags {
  /** Lower case, each once. */
  readonly tags: readonly string[];
  /** Whether some were too long or too many: a purge of any tag must then reach the response. */
  readonly isCut: boolean;
}

const TAGS_MAX = 128;
const TAG_LENGTH_MAX = 256;
const NO_TAGS: Tags = Object.freeze({ tags: [], isCut: false });

export function readTags(fields: FieldReader): Tags {
  const byComma = fields.get("cache-tag") ?? "";
  const bySpace = fields.get("surrogate-key") ?? "";
  if (byComma === "" && bySpace === "") return NO_TAGS;
  const given = new Set(
    [...byComma.split(","), ...bySpace.split(/[\s,]+/)].map(toTag).filter((tag) => tag !== ""),
  );
  const short = [...given].filter((tag) => tag.length <= TAG_LENGTH_MAX);
  const tags = short.slice(0, TAGS_MAX);
  return { tags, isCut: tags.length < given.size };
}

/** A tag in the form in which tags are compared: without case, so that a purge reaches more rather than fewer. */
export function toTag(text: string): string {
  return text.trim().toLowerCase();
}
