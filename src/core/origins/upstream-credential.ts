// What the gateway shows an origin to say who is calling: where it stands, and the names of the deployment's secrets that it
// is made of. Their texts are in no configuration.

import * as v from "valibot";
import { isSettable } from "../http/forwarded-fields.ts";
import { object } from "../schema/parse-with.ts";
import { secretName, textLike, textThat } from "../schema/primitives.ts";

export interface UpstreamCredential {
  /** The secret that is used, until there is none of this name. */
  readonly secret: string;
  /** The one that is used then: while both are there, both are taken out of answers. */
  readonly next?: string | undefined;
  /** A header field, in lower case, or a query parameter. */
  readonly header?: string | undefined;
  readonly query?: string | undefined;
  /** Stands before the secret in a header field. */
  readonly scheme?: string | undefined;
  /** The secret that the Graph API's appsecret_proof is made with. */
  readonly appSecret?: string | undefined;
}

/** The parameter of the proof (developers.facebook.com/docs/graph-api/guides/secure-requests). */
export const PROOF_PARAMETER = "appsecret_proof";

const header = v.pipe(
  textThat((text) => isSettable([text, ""]), "must be a header field that a gateway may set"),
  v.transform((text) => text.toLowerCase()),
);

/** `credential` of a pool's member, or of a route. */
export const upstreamCredential = v.pipe(
  object({
    secret: secretName,
    next: v.optional(secretName),
    header: v.optional(header),
    query: v.optional(textLike(/^[\w.-]{1,64}$/, "must be a query parameter's name")),
    scheme: v.optional(textLike(/^[!#$%&'*+.^`|~\w-]{1,32}$/, 'must be a scheme such as "Bearer"')),
    appSecret: v.optional(secretName),
  }),
  v.check(
    (given) => (given.header === undefined) !== (given.query === undefined),
    "must have either header or query: where the origin looks for it",
  ),
  v.check(
    (given) => given.scheme === undefined || given.header !== undefined,
    "must have scheme beside header only",
  ),
  v.check((given) => given.next !== given.secret, "must have two different secrets in secret and next"),
);

/** The names of every secret that it needs, in the order in which they matter. */
export function listSecrets({ secret, next, appSecret }: UpstreamCredential): readonly string[] {
  return [secret, next, appSecret].filter((name) => name !== undefined);
}

/** What can be a secret's text: less would be found in what is none, and other characters cannot stand in a field. */
const SECRET_TEXT = /^[\x21-\x7e](?:[\x20-\x7e]{6,4094})[\x21-\x7e]$/;

/** The text of a secret as it is sent; undefined where that cannot be. */
export function toSecretText(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return SECRET_TEXT.test(text) ? text : undefined;
}
