// Reads purges from outside: what an operator asks for, and the state that was stored or sent. URLs get the form that
// stored records have, so that the same URL written otherwise is purged too.

import * as v from "valibot";
import { object, parseWith } from "../config/parse-with.ts";
import type { Result } from "../result.ts";
import type { Purge, PurgeState } from "./purge-state.ts";
import { parseTarget, toUrl } from "./target.ts";

const PURGES_PER_REQUEST_MAX = 100;
const TEXT_LENGTH_MAX = 2_048;

const URL_WANTED = "must be an http(s) URL without credentials and fragment";
const url = v.pipe(
  v.string(URL_WANTED),
  v.maxLength(TEXT_LENGTH_MAX, `must have at most ${TEXT_LENGTH_MAX} characters`),
  v.transform((text) => parseTarget(text)),
  v.check((target) => target !== undefined, URL_WANTED),
  v.transform((target) => (target === undefined ? "" : toUrl(target))),
);
const TAG_WANTED = "must be a tag of 1 to 256 characters";
const tag = v.pipe(v.string(TAG_WANTED), v.minLength(1, TAG_WANTED), v.maxLength(256, TAG_WANTED));

const request = v.pipe(
  object({
    everything: v.optional(v.literal(true, "must be true, or left out")),
    urls: v.optional(listOf(url), []),
    paths: v.optional(listOf(url), []),
    prefixes: v.optional(listOf(url), []),
    tags: v.optional(listOf(tag), []),
  }),
  v.transform(({ everything, urls, paths, prefixes, tags }): readonly Purge[] => {
    if (everything === true) return [{ kind: "everything" }];
    return [
      ...urls.map((text) => ({ kind: "url" as const, url: text })),
      ...paths.map((text) => ({ kind: "path" as const, url: text.split("?", 1)[0] ?? text })),
      ...prefixes.map((text) => ({ kind: "prefix" as const, url: text })),
      ...tags.map((text) => ({ kind: "tag" as const, tag: text })),
    ];
  }),
  v.check((purges) => purges.length > 0, "must name something to purge"),
  v.check(
    (purges) => purges.length <= PURGES_PER_REQUEST_MAX,
    `must name at most ${PURGES_PER_REQUEST_MAX} things to purge`,
  ),
);

const generation = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const storedPurge = v.variant("kind", [
  v.object({ kind: v.literal("everything") }),
  v.object({ kind: v.picklist(["url", "path", "prefix"]), url: v.string() }),
  v.object({ kind: v.literal("tag"), tag: v.string() }),
]);
const storedState = v.object({
  latest: generation,
  floor: generation,
  entries: v.array(v.object({ purge: storedPurge, generation })),
});

/** `{ everything: true }`, or lists of `urls`, `paths` (whatever the query), `prefixes` and `tags`. */
export function parsePurges(input: unknown): Result<readonly Purge[]> {
  return parseWith(request, input);
}

/** undefined when damaged. What was purged is then unknown: start from a purge of everything. */
export function parsePurgeState(input: unknown): PurgeState | undefined {
  const parsed = v.safeParse(storedState, input);
  return parsed.success ? parsed.output : undefined;
}

function listOf<Schema extends v.GenericSchema<unknown, string>>(
  item: Schema,
): v.ArraySchema<Schema, string> {
  return v.array(item, "must be a list");
}
