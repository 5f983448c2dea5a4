// Reads the body of a purge: { "everything": true }, or lists of URLs, of paths (URLs
// whatever their query), of prefixes and of tags.

import * as v from "valibot";
import type { Purge } from "../core/cache/purge-state.ts";
import type { Config } from "../core/config/config.ts";
import { parseTarget, toUrl } from "../core/cache/target.ts";
import { object } from "../core/schema/parse-with.ts";
import { err, ok, type Result } from "../core/result.ts";

/** One call; more of the cache is purged by prefix or tag. */
const PURGES_MAX = 100;

const WANTED = 'must be an absolute URL such as "https://api.example.com/a"';
const url = v.pipe(
  v.string(WANTED),
  v.maxLength(8_192, "must be at most 8192 characters"),
  v.check((text) => parseTarget(text) !== undefined, WANTED),
);
const tag = v.pipe(
  v.string("must be a tag"),
  v.regex(/^[\x21-\x7e]{1,1024}$/, "must be a tag without spaces"),
);
export const purgeBody = object({
  everything: v.optional(v.literal(true, "must be true")),
  paths: v.optional(v.array(url, "must be a list of URLs"), []),
  urls: v.optional(v.array(url, "must be a list of URLs"), []),
  prefixes: v.optional(v.array(url, "must be a list of URLs"), []),
  force: v.optional(v.literal(true, "must be true")),
  tags: v.optional(v.array(tag, "must be a list of tags"), []),
});

export function parsePurges(
  { everything, urls, paths, prefixes, tags }: v.InferOutput<typeof purgeBody>,
  rules: Pick<Config, "mergeSlashes">,
): Result<readonly Purge[]> {
  /** In the form that stored records name: lower-case host, no default port, canonical path. */
  const toCanonicalUrl = (text: string): string => {
    const target = parseTarget(text, rules);
    return target === undefined ? text : toUrl(target);
  };
  const purges: Purge[] = [
    ...(everything === true ? [{ kind: "everything" } as const] : []),
    ...urls.map(toCanonicalUrl).map((named): Purge => ({ kind: "url", url: named })),
    ...paths
      .map(toCanonicalUrl)
      .map((named): Purge => ({ kind: "path", url: named.split("?", 1)[0] ?? named })),
    ...prefixes.map(toCanonicalUrl).map((named): Purge => ({ kind: "prefix", url: named })),
    ...tags.map((named): Purge => ({ kind: "tag", tag: named })),
  ];
  if (purges.length > 0 && purges.length <= PURGES_MAX) return ok(purges);
  const message = `must name 1 to ${PURGES_MAX} purges, received ${purges.length}`;
  return err([{ path: "", code: "invalid", message }]);
}
