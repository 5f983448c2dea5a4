// Which members of JSON answers have links to the origin that lead to the gateway instead.

import * as v from "valibot";
import { type Glob, matchesGlob, parseGlob } from "../glob.ts";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import { textLike, textThat } from "../schema/primitives.ts";

const FIELDS_MAX = 32;
const ORIGINS_MAX = 8;

/** The names that the path of a member ends with, the last one first. */
type LinkField = readonly Glob[];

export interface LinkRules {
  readonly fields: readonly LinkField[];
  /** Members of an answer, or of the answers in a list, whose texts are JSON with links of its own. */
  readonly texts: readonly string[];
  /** What the origin calls itself beside the URL that it is asked by. */
  readonly origins: readonly string[];
}

export const linksSchema = object({
  fields: v.optional(
    listOf(
      textLike(
        /^[^\s.[\]"'\\]{1,64}(?:\.[^\s.[\]"'\\]{1,64}){0,7}$/,
        'must be a member such as "paging.next" or "*_url"',
      ),
      "member",
      { least: 0, most: FIELDS_MAX },
    ),
  ),
  origins: v.optional(
    listOf(
      textThat(
        (text) => /^https?:\/\/[a-z0-9.-]{1,253}(?::\d{1,5})?$/.test(text),
        'must be an origin such as "https://api.example.com"',
      ),
      "origin",
      { least: 0, most: ORIGINS_MAX },
    ),
    [],
  ),
});

export type LinksGiven = v.InferOutput<typeof linksSchema>;

/** What the profile of a pool says of its answers. */
export interface StandardLinks {
  /** The fields where the route names none. */
  readonly links?: readonly string[] | undefined;
  readonly linkTexts?: readonly string[] | undefined;
}

/** undefined where no link is looked for. */
export function toLinkRules(
  given: LinksGiven | undefined,
  { links = [], linkTexts = [] }: StandardLinks = {},
): LinkRules | undefined {
  const fields = given?.fields ?? links;
  if (fields.length === 0) return undefined;
  return {
    fields: fields.map((field) => field.split(".").map(parseGlob).toReversed()),
    texts: linkTexts,
    origins: given?.origins ?? [],
  };
}

/** Whether a member of this name may be one, wherever it stands. */
export function mayBeLinkField({ fields }: LinkRules, name: string): boolean {
  return fields.some(([last]) => last !== undefined && matchesGlob(last, name));
}

/** `names` are those on the way to a member, its own first. */
export function isLinkField({ fields }: LinkRules, names: readonly string[]): boolean {
  return fields.some((field) => field.every((glob, at) => matchesNameAt(glob, names[at])));
}

function matchesNameAt(glob: Glob, name: string | undefined): boolean {
  return name !== undefined && matchesGlob(glob, name);
}
