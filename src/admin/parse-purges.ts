// Reads the body of a purge: { "everything": true }, or lists of URLs, prefixes and tags.

import * as v from "valibot";
import type { Purge } from "../core/cache/purge-state.ts";
import { object, parseWith } from "../core/config/parse-with.ts";
import { err, ok, type Result } from "../core/result.ts";

/** One call; more of the cache is purged by prefix or tag. */
const PURGES_MAX = 100;

const url = v.pipe(
  v.string("must be an absolute URL"),
  v.maxLength(8_192, "must be at most 8192 characters"),
  v.regex(
    /^https?:\/\/[^/?#\s]+\/[^#\s]*$/,
    'must be an absolute URL with a path, such as "https://api.example.com/a"',
  ),
);
const tag = v.pipe(
  v.string("must be a tag"),
  v.regex(/^[\x21-\x7e]{1,1024}$/, "must be a tag without spaces"),
);
const body = object({
  everything: v.optional(v.literal(true, "must be true")),
  urls: v.optional(v.array(url, "must be a list of URLs"), []),
  prefixes: v.optional(v.array(url, "must be a list of URLs"), []),
  tags: v.optional(v.array(tag, "must be a list of tags"), []),
});

export function parsePurges(text: string): Result<readonly Purge[]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return err([{ path: "", code: "invalid", message: "must be JSON" }]);
  }
  const parsed = parseWith(body, value);
  if (!parsed.ok) return parsed;
  const { everything, urls, prefixes, tags } = parsed.value;
  const purges: Purge[] = [
    ...(everything === true ? [{ kind: "everything" } as const] : []),
    ...urls.map((named): Purge => ({ kind: "url", url: named })),
    ...prefixes.map((named): Purge => ({ kind: "prefix", url: named })),
    ...tags.map((named): Purge => ({ kind: "tag", tag: named })),
  ];
  if (purges.length > 0 && purges.length <= PURGES_MAX) return ok(purges);
  const message = `must name 1 to ${PURGES_MAX} purges, received ${purges.length}`;
  return err([{ path: "", code: "invalid", message }]);
}
