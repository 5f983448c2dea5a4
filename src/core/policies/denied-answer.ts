// The answer of a configuration's own to a request that is over its limit, in place of the problem document: its status, its
// type, and its body with a few figures in it. The fields that say when to come back stay.

import * as v from "valibot";
import { toHint, object } from "../schema/parse-with.ts";
import { integerBetween, textLike, textThat } from "../schema/primitives.ts";

/** The wait in whole seconds, and the name and the limit of the policy that holds longest. */
const FIGURES = ["retryAfter", "policy", "limit"] as const;

export type Figures = Readonly<Record<(typeof FIGURES)[number], string | number>>;

export interface DeniedAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Text, and at each odd place the name of a figure. */
  readonly body: readonly string[];
}

const BODY_LENGTH_MAX = 16_384;
const PLACEHOLDER = /\{(\w+)\}/g;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/;

const bodyText = v.pipe(
  textThat(
    (text) => text !== "" && text.length <= BODY_LENGTH_MAX,
    `must be a text of 1 to ${BODY_LENGTH_MAX} characters`,
  ),
  v.check(
    (text) => findUnknown(text) === undefined,
    ({ input }) =>
      `must have no placeholders but ${FIGURES.map((name) => `{${name}}`).join(", ")}${toHint(findUnknown(input), FIGURES)}`,
  ),
);

function findUnknown(text: string): string | undefined {
  const names = [...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
  return names.find((name) => !FIGURES.some((figure) => figure === name));
}

/** A gateway's or a route's `denied`. */
export const deniedAnswer = v.pipe(
  object({
    status: v.optional(integerBetween(400, 599), 429),
    contentType: v.optional(
      textLike(
        /^[\w.+-]{1,64}\/[\w.+-]{1,64}(?:; ?[\w-]{1,32}=[\w.-]{1,64})?$/,
        'must be a media type such as "text/html; charset=utf-8"',
      ),
      "application/json",
    ),
    body: bodyText,
  }),
  v.forward(
    v.check(
      ({ contentType, body }) => !JSON_TYPE.test(contentType) || isJson(body),
      "must be JSON, as its contentType says; {policy} stands in quotes",
    ),
    ["body"],
  ),
  v.transform((given): DeniedAnswer => ({ ...given, body: given.body.split(PLACEHOLDER) })),
);

/** With figures in it: a name is a text of JSON only in quotes. */
function isJson(body: string): boolean {
  const filled = body.replace(PLACEHOLDER, (_, name: string) => (name === "policy" ? "p" : "1"));
  try {
    JSON.parse(filled);
    return true;
  } catch {
    return false;
  }
}

/** The body of one answer. */
export function toDeniedBody({ body }: DeniedAnswer, figures: Figures): string {
  return body.map((part, at) => (at % 2 === 0 ? part : String(figures[part as keyof Figures]))).join("");
}
