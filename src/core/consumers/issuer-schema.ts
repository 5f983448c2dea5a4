// The valibot schema of an issuer: who signs tokens, with which keys, whom they must be meant for, and which claims have
// what. A preset gives what is the same for all of a provider's customers.

import * as v from "valibot";
import { CLAIM, CLAIM_WANTED, parseClaimPath } from "../keys/claim-path.ts";
import type { ClaimPaths, TierClaim } from "../keys/identity.ts";
import { listOf } from "../schema/list-of.ts";
import { isObject, object } from "../schema/parse-with.ts";
import { durationBetween, oneOf, secretName, secureUrl, textLike } from "../schema/primitives.ts";
import { type IssuerName, toIssuerName } from "./issuer-name.ts";
import { type Preset, type PresetName, presets } from "./issuer-presets.ts";
import type { ClaimRule, ClaimRules } from "./judge-claims.ts";

/** The place of the key that a token must be signed with. Variables are secrets of the deployment. */
export type KeySource =
  | { readonly kind: "jwks"; readonly url: string }
  | { readonly kind: "secret"; readonly variable: string }
  | { readonly kind: "public-key"; readonly variable: string };

export interface Issuer extends ClaimRules {
  /** The first is its name to us. */
  readonly names: readonly [IssuerName, ...IssuerName[]];
  /** Empty: the audience is not compared. */
  readonly audiences: readonly string[];
  readonly algorithms: readonly string[];
  readonly source: KeySource;
  readonly claims: ClaimPaths;
  readonly skewMs: number;
}

const NAMED_MAX = 20;
const RULES_MAX = 10;
const SCOPES_MAX = 4;
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
/** Claims that users write themselves (Supabase, Clerk): nobody may choose their own plan. */
const USERS_OWN: ReadonlySet<string | undefined> = new Set(["user_metadata", "unsafe_metadata"]);

/** To valibot's record an array is one. */
// oxlint-disable-next-line typescript/explicit-function-return-type -- valibot infers it
const mapOf = <Value>(wanted: string) => v.custom<Readonly<Record<string, Value>>>(isObject, wanted);

const text = textLike(/^[!-~]{1,256}$/, "must be a text of 1 to 256 characters without spaces");
const claim = textLike(CLAIM, CLAIM_WANTED);
const trustedClaim = v.pipe(
  claim,
  v.check(
    (given) => !USERS_OWN.has(parseClaimPath(given).steps[0]),
    "must be a claim that users cannot write themselves",
  ),
);
const tier = textLike(/^[a-z0-9][a-z0-9._-]{0,63}$/i, "must be a tier's name");
const tierClaim = v.lazy(
  (given): v.GenericSchema<unknown, string | { claim: string; contains: Readonly<Record<string, string>> }> =>
    typeof given === "string"
      ? trustedClaim
      : object({
          claim: trustedClaim,
          contains: v.pipe(mapOf("must be an object of values, each with its tier"), v.record(text, tier)),
        }),
);
const rules = v.pipe(
  mapOf("must be an object of claims and their values"),
  v.record(claim, listOf(text, "value", { most: NAMED_MAX })),
  v.check((given) => Object.keys(given).length <= RULES_MAX, `must name at most ${RULES_MAX} claims`),
);

export const issuerEntries = {
  preset: v.optional(oneOf(Object.keys(presets) as PresetName[])),
  tenant: v.optional(text),
  issuer: v.optional(listOf(text, "issuer", { most: NAMED_MAX })),
  audience: v.optional(listOf(text, "audience", { most: NAMED_MAX })),
  authorizedParties: v.optional(listOf(text, "client", { most: NAMED_MAX })),
  anyAudience: v.optional(v.literal(true, "must be true or left out")),
  requires: v.optional(rules),
  refuses: v.optional(rules),
  algorithms: v.optional(listOf(oneOf([...SECRET_ALGORITHMS, ...KEY_ALGORITHMS]), "algorithm")),
  jwks: v.optional(secureUrl),
  secret: v.optional(secretName),
  publicKey: v.optional(secretName),
  claims: v.optional(
    object({
      consumer: v.optional(trustedClaim),
      tier: v.optional(tierClaim),
      scopes: v.optional(listOf(trustedClaim, "claim", { most: SCOPES_MAX })),
    }),
    {},
  ),
  skew: v.optional(durationBetween("1ms", "5m"), "30s"),
};

type Given = v.InferOutput<ReturnType<typeof object<typeof issuerEntries>>>;

export const issuerSchema = v.pipe(
  object(issuerEntries),
  v.check(
    ({ preset, tenant }) => (preset === undefined) === (tenant === undefined),
    'must have "preset" and "tenant" together',
  ),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const { preset, tenant } = dataset.value;
    const known: Preset | undefined = preset === undefined ? undefined : presets[preset];
    if (known === undefined || tenant === undefined || known.pattern.test(tenant)) return;
    addIssue({ message: `must have as its "tenant" ${known.wanted}` });
  }),
  v.transform(withPreset),
  v.check(({ issuer }) => issuer !== undefined, 'must have an "issuer", or a "preset"'),
  v.check(({ algorithms }) => algorithms !== undefined, 'must have "algorithms", or a "preset"'),
  v.check(
    ({ audience, authorizedParties, anyAudience }) =>
      (audience ?? authorizedParties ?? anyAudience) !== undefined,
    'must say whom its tokens are for: "audience", or "authorizedParties" where they have none',
  ),
  v.check(
    ({ jwks, secret, publicKey }) =>
      [jwks, secret, publicKey].filter((one) => one !== undefined).length === 1,
    'must have exactly one of "jwks", "secret" and "publicKey"',
  ),
  // The attack: a public key, known to all, taken for the secret of an HMAC (RFC 8725 section 2.1).
  v.check(({ secret, algorithms = [] }) => {
    const known: readonly string[] = secret === undefined ? KEY_ALGORITHMS : SECRET_ALGORITHMS;
    return algorithms.every((algorithm) => known.includes(algorithm));
  }, 'must have HS256, HS384 and HS512 with a "secret", and only there'),
  v.transform(toIssuer),
);

/** What the issuer says itself, and else its preset. Another kind of key has other algorithms. */
function withPreset(given: Given): Given {
  const { preset, tenant } = given;
  if (preset === undefined || tenant === undefined) return given;
  const { issuer, claims, algorithms, jwks, requires, refuses, ...rest }: ReturnType<Preset["toIssuer"]> =
    presets[preset].toIssuer(tenant);
  const hasOwnKey = (given.secret ?? given.publicKey) !== undefined;
  return {
    ...rest,
    ...(hasOwnKey ? {} : { jwks }),
    ...(given.secret === undefined ? { algorithms } : {}),
    ...given,
    issuer: given.issuer ?? [issuer].flat(),
    claims: {
      ...claims,
      ...(claims?.["scopes"] === undefined ? {} : { scopes: [claims["scopes"]].flat() }),
      ...given.claims,
    },
    requires: { ...toLists(requires), ...given.requires },
    refuses: { ...toLists(refuses), ...given.refuses },
  } as Given;
}

const toLists = (
  single: Readonly<Record<string, string>> = {},
): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(single).map(([name, value]) => [name, [value]]));

function toIssuer(given: Given): Issuer {
  const {
    issuer: [first = "", ...others] = [],
    audience = [],
    authorizedParties,
    algorithms = [],
    claims,
    skew,
  } = given;
  return {
    names: [toIssuerName(first), ...others.map(toIssuerName)],
    audiences: audience,
    authorizedParties,
    requires: toRules(given.requires),
    refuses: toRules(given.refuses),
    algorithms,
    source: toSource(given),
    claims: {
      consumer: parseClaimPath(claims.consumer ?? "sub"),
      tier: claims.tier === undefined ? undefined : toTierClaim(claims.tier),
      scopes: (claims.scopes ?? ["scope"]).map(parseClaimPath),
    },
    skewMs: skew,
  };
}

function toSource({ jwks, secret, publicKey = "" }: Given): KeySource {
  if (jwks !== undefined) return { kind: "jwks", url: jwks };
  return secret === undefined
    ? { kind: "public-key", variable: publicKey }
    : { kind: "secret", variable: secret };
}

function toTierClaim(
  given: string | { claim: string; contains: Readonly<Record<string, string>> },
): TierClaim {
  if (typeof given === "string") return { path: parseClaimPath(given), contains: undefined };
  return { path: parseClaimPath(given.claim), contains: new Map(Object.entries(given.contains)) };
}

const toRules = (given: Readonly<Record<string, readonly string[]>> = {}): readonly ClaimRule[] =>
  Object.entries(given).map(([name, values]) => ({ path: parseClaimPath(name), values }));
