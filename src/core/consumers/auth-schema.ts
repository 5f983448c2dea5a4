// The valibot schema of a configuration's `auth`: how callers authenticate, and which issuers' tokens are accepted.

import * as v from "valibot";
import type { ClaimNames } from "../keys/identity.ts";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import {
  duration,
  durationBetween,
  integerBetween,
  oneOf,
  secretName,
  secureUrl,
  textLike,
} from "../schema/primitives.ts";

/** The place of the key that a token must be signed with. Variables are secrets of the deployment. */
export type KeySource =
  | { readonly kind: "jwks"; readonly url: string }
  | { readonly kind: "secret"; readonly variable: string }
  | { readonly kind: "public-key"; readonly variable: string };

export interface Issuer {
  readonly name: string;
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly source: KeySource;
  readonly claims: ClaimNames;
  readonly skewMs: number;
}

const ISSUERS_MAX = 20;
const AUDIENCES_MAX = 20;
const SECRET_ALGORITHMS = ["HS256", "HS384", "HS512"] as const;
const KEY_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;

const text = textLike(/^[!-~]{1,256}$/, "must be a text of 1 to 256 characters without spaces");
const claim = textLike(/^[!-~]{1,128}$/, "must be a claim's name");

export const issuerEntries = {
  issuer: text,
  audience: v.union(
    [text, v.pipe(v.array(text), v.minLength(1), v.maxLength(AUDIENCES_MAX))],
    `must be an audience or a list of 1 to ${AUDIENCES_MAX}`,
  ),
  algorithms: listOf(oneOf([...SECRET_ALGORITHMS, ...KEY_ALGORITHMS]), "algorithm"),
  jwks: v.optional(secureUrl),
  secret: v.optional(secretName),
  publicKey: v.optional(secretName),
  claims: v.optional(
    object({
      consumer: v.optional(claim, "sub"),
      tier: v.optional(claim),
      scopes: v.optional(claim, "scope"),
    }),
    {},
  ),
  skew: v.optional(durationBetween("1ms", "5m"), "30s"),
};

const issuer = v.pipe(
  object(issuerEntries),
  v.check(
    ({ jwks, secret, publicKey }) =>
      [jwks, secret, publicKey].filter((one) => one !== undefined).length === 1,
    'must have exactly one of "jwks", "secret" and "publicKey"',
  ),
  // The attack: a public key, known to all, taken for the secret of an HMAC (RFC 8725 section 2.1).
  v.check(({ secret, algorithms }) => {
    const known: readonly string[] = secret === undefined ? KEY_ALGORITHMS : SECRET_ALGORITHMS;
    return algorithms.every((algorithm) => known.includes(algorithm));
  }, 'must have HS256, HS384 and HS512 with a "secret", and only there'),
  v.transform(({ issuer: name, audience, algorithms, jwks, secret, publicKey, claims, skew }): Issuer => ({
    name,
    audiences: typeof audience === "string" ? [audience] : audience,
    algorithms,
    source:
      jwks !== undefined
        ? { kind: "jwks", url: jwks }
        : secret !== undefined
          ? { kind: "secret", variable: secret }
          : { kind: "public-key", variable: publicKey ?? "" },
    claims: { consumer: claims.consumer, tier: claims.tier, scopes: claims.scopes },
    skewMs: skew,
  })),
);

/** A configuration's `auth`. */
export const authSchema = object({
  apiKeys: v.optional(
    object({
      query: v.optional(textLike(/^[\w.-]{1,64}$/, "must be a query parameter's name")),
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
      v.array(issuer, "must be a list of issuers"),
      v.maxLength(ISSUERS_MAX, `must name at most ${ISSUERS_MAX} issuers`),
      v.check(
        (issuers) => new Set(issuers.map(({ name }) => name)).size === issuers.length,
        "must name each issuer once",
      ),
    ),
    [],
  ),
});

export type AuthSettings = v.InferOutput<typeof authSchema>;
