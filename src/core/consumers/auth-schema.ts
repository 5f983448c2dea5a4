// The valibot schema of a configuration's `auth`: how callers authenticate, and which issuers' tokens are accepted.

import * as v from "valibot";
import { object } from "../schema/parse-with.ts";
import { duration, integerBetween, oneOf, textLike } from "../schema/primitives.ts";
import { FORM_NAME, FORM_NAME_WANTED } from "../body/member-path.ts";
import { KEY_PREFIX, KEY_PREFIX_WANTED } from "../keys/key-prefix.ts";
import { issuerSchema } from "./issuer-schema.ts";

const ISSUERS_MAX = 20;

/** A configuration's `auth`. */
export const authSchema = object({
  apiKeys: v.optional(
    object({
      query: v.optional(textLike(/^[\w.-]{1,64}$/, "must be a query parameter's name")),
      form: v.optional(textLike(FORM_NAME, `must be ${FORM_NAME_WANTED}`)),
      prefix: v.optional(textLike(KEY_PREFIX, KEY_PREFIX_WANTED), "hg"),
      format: v.optional(oneOf(["headgate", "any"]), "headgate"),
      onError: v.optional(oneOf(["closed", "known"]), "closed"),
    }),
    {},
  ),
  attempts: v.optional(
    object({
      limit: v.optional(integerBetween(1, 1_000_000), 20),
      window: v.optional(duration, "1m"),
    }),
    {},
  ),
  issuers: v.optional(
    v.pipe(
      v.array(issuerSchema, "must be a list of issuers"),
      v.maxLength(ISSUERS_MAX, `must name at most ${ISSUERS_MAX} issuers`),
      v.check((issuers) => {
        const names = issuers.flatMap((issuer) => issuer.names.map(({ text }) => text));
        return new Set(names).size === names.length;
      }, "must name each issuer once"),
    ),
    [],
  ),
});

export type AuthSettings = v.InferOutput<typeof authSchema>;
