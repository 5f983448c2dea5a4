// Who an accepted credential belongs to. Values of a key record or of verified claims are used only where they can stand in
// a header field and in a counter's key.

import { type ClaimPath, readClaim, readClaimTexts } from "./claim-path.ts";
import type { KeyRecord } from "./key-record.ts";

export interface Identity {
  readonly consumer: string;
  /** A plan's name; undefined or one that the configuration does not know: the policies' own limits. */
  readonly tier: string | undefined;
  readonly scopes: readonly string[];
  /** The key's id; undefined when the credential is a token. */
  readonly apiKey: string | undefined;
  /** A token's issuer and verified claims; undefined when the credential is a key. */
  readonly token: VerifiedToken | undefined;
}

export interface VerifiedToken {
  readonly issuer: string;
  readonly claims: Readonly<Record<string, unknown>>;
}

/** Where an issuer's tokens have each. */
export interface ClaimPaths {
  readonly consumer: ClaimPath;
  readonly tier: TierClaim | undefined;
  /** Those of all of them. */
  readonly scopes: readonly ClaimPath[];
}

/** A claim that is the tier, or one that has values that stand for tiers: the first of `contains` that it has. */
export interface TierClaim {
  readonly path: ClaimPath;
  readonly contains: ReadonlyMap<string, string> | undefined;
}

/** Printable ASCII without spaces at its ends: the same text to every reader of X-Consumer. */
const CONSUMER = /^[!-~](?:[ -~]{0,126}[!-~])?$/;
const TIER = /^[a-z0-9][a-z0-9._-]{0,63}$/i;
const SCOPES_MAX = 100;

/** The identity of a key; undefined when the record's consumer is none. */
export function toKeyIdentity({ id, consumer, tier, scopes }: KeyRecord): Identity | undefined {
  if (!CONSUMER.test(consumer)) return undefined;
  return { consumer, tier: toTier(tier), scopes, apiKey: id, token: undefined };
}

/** The identity of a token, whose claims must have been verified; undefined when they name no consumer. */
export function toTokenIdentity(token: VerifiedToken, paths: ClaimPaths): Identity | undefined {
  const { claims } = token;
  const consumer = readClaim(claims, paths.consumer);
  if (consumer === undefined || !CONSUMER.test(consumer)) return undefined;
  const tier = paths.tier === undefined ? undefined : toTier(readTier(claims, paths.tier));
  // Text with spaces in between (RFC 8693 section 4.2); some issuers write a list.
  const scopes = paths.scopes.flatMap((path) => readClaimTexts(claims, path, / /)).slice(0, SCOPES_MAX);
  return { consumer, tier, scopes, apiKey: undefined, token };
}

/** The identity that a function of the configuration says; undefined when it is none. */
export function toOwnIdentity({ consumer, tier, scopes = [] }: OwnIdentity): Identity | undefined {
  const isTier = tier === undefined || TIER.test(tier);
  if (!CONSUMER.test(consumer) || !isTier || scopes.length > SCOPES_MAX) return undefined;
  return { consumer, tier, scopes, apiKey: undefined, token: undefined };
}

interface OwnIdentity {
  readonly consumer: string;
  readonly tier?: string | undefined;
  readonly scopes?: readonly string[] | undefined;
}

function readTier(claims: VerifiedToken["claims"], { path, contains }: TierClaim): string | undefined {
  if (contains === undefined) return readClaim(claims, path);
  const texts = new Set(readClaimTexts(claims, path, /[ ,]+/));
  for (const [text, tier] of contains) if (texts.has(text)) return tier;
  return undefined;
}

function toTier(tier: string | undefined): string | undefined {
  return tier !== undefined && TIER.test(tier) ? tier : undefined;
}
