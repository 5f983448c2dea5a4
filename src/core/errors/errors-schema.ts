// A gateway's or a route's `errors`: the name of a dialect, or a body of one's own.

import * as v from "valibot";
import { toHint, object } from "../schema/parse-with.ts";
import { integerBetween, oneOf, textLike, textThat } from "../schema/primitives.ts";
import { type ErrorTemplate, FIGURES } from "./dialects/template.ts";
import { type DialectName, dialects, type ErrorsRule } from "./registry.ts";

const TEMPLATE_LENGTH_MAX = 16_384;
const PLACEHOLDER = /\{([A-Za-z]\w*)\}/g;
const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json\b/;
const names = Object.keys(dialects) as DialectName[];

function findUnknown(text: string): string | undefined {
  const named = [...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
  return named.find((name) => !FIGURES.some((figure) => figure === name));
}

const templateText = v.pipe(
  textThat(
    (text) => text !== "" && text.length <= TEMPLATE_LENGTH_MAX,
    `must be a text of 1 to ${TEMPLATE_LENGTH_MAX} characters`,
  ),
  v.check(
    (text) => findUnknown(text) === undefined,
    ({ input }) =>
      `must have no placeholders but ${FIGURES.map((name) => `{${name}}`).join(", ")}${toHint(findUnknown(input), FIGURES)}`,
  ),
);

export const errorTemplate = v.pipe(
  object({
    template: templateText,
    status: v.optional(integerBetween(400, 599)),
    contentType: v.optional(
      textLike(
        /^[\w.+-]{1,64}\/[\w.+-]{1,64}(?:; ?[\w-]{1,32}=[\w.-]{1,64})?$/,
        'must be a media type such as "text/html; charset=utf-8"',
      ),
      "application/json",
    ),
  }),
  v.forward(
    v.check(
      ({ contentType, template }) => !JSON_TYPE.test(contentType) || isJson(template),
      "must be JSON, as its contentType says; {code} and {message} stand in quotes",
    ),
    ["template"],
  ),
  v.transform(({ template, status, contentType }): ErrorTemplate => ({
    status,
    contentType,
    parts: template.split(PLACEHOLDER),
    isJson: JSON_TYPE.test(contentType),
  })),
);

/** With figures in it: a word is a text of JSON only in quotes. */
function isJson(template: string): boolean {
  const filled = template.replace(PLACEHOLDER, (_, name: string) =>
    name === "code" || name === "message" ? "w" : "1",
  );
  try {
    JSON.parse(filled);
    return true;
  } catch {
    return false;
  }
}

export const errorsRule = v.lazy((input): v.GenericSchema<unknown, ErrorsRule> =>
  typeof input === "object" && input !== null ? errorTemplate : oneOf(names),
);
