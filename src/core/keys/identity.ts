// Who an accepted credential belongs to. Values of a key record or of verified claims are used only where they can stand in
// a header field and in a counter's key.

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

/** The names of the claims that an issuer's tokens have for each. */
export interface ClaimNames {
  readonly consumer: string;
  readonly tier: string | undefined;
  readonly scopes: string;
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
export function toTokenIdentity(token: VerifiedToken, names: ClaimNames): Identity | undefined {
  const consumer = readClaim(token, names.consumer);
  if (consumer === undefined || !CONSUMER.test(consumer)) return undefined;
  const tier = names.tier === undefined ? undefined : toTier(readClaim(token, names.tier));
  return { consumer, tier, scopes: toScopes(token.claims, names.scopes), apiKey: undefined, token };
}

/** A claim that is one plain value, as text. */
export function readClaim({ claims }: VerifiedToken, name: string): string | undefined {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  if (typeof value === "string") return value;
  return typeof value === "boolean" || Number.isFinite(value) ? String(value) : undefined;
}

function toTier(tier: string | undefined): string | undefined {
  return tier !== undefined && TIER.test(tier) ? tier : undefined;
}

/** The scopes of a token: text with spaces in between (RFC 8693 section 4.2); some issuers write a list. */
function toScopes(claims: VerifiedToken["claims"], name: string): readonly string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined;
  const given: readonly unknown[] =
    typeof value === "string" ? value.split(" ") : Array.isArray(value) ? value : [];
  return given
    .filter((scope): scope is string => typeof scope === "string" && scope !== "")
    .slice(0, SCOPES_MAX);
}
