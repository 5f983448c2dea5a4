// What of a verified token's claims says that it is meant for somebody else, or not for calling: beside its issuer, its
// audience and its times, which its verification has compared.

import { type ClaimPath, findClaim } from "../keys/claim-path.ts";

/** A claim, and the values of which one is wanted. */
export interface ClaimRule {
  readonly path: ClaimPath;
  readonly values: readonly string[];
}

export interface ClaimRules {
  /** Clients whose tokens are accepted; undefined: of every client. */
  readonly authorizedParties: readonly string[] | undefined;
  readonly requires: readonly ClaimRule[];
  readonly refuses: readonly ClaimRule[];
}

/** The client that a token was issued to: OpenID Connect's, Cognito's, Entra's (version 1), Okta's. */
const PARTY_CLAIMS = ["azp", "client_id", "appid", "cid"];

/** Why the token is refused, without a word of its own; undefined: it is not. */
export function findForeignClaim(
  claims: Readonly<Record<string, unknown>>,
  { authorizedParties, requires, refuses }: ClaimRules,
): string | undefined {
  if (authorizedParties !== undefined) {
    const name = PARTY_CLAIMS.find((claim) => Object.hasOwn(claims, claim));
    if (name === undefined) return `token without ${PARTY_CLAIMS.join(", ")}`;
    const party = claims[name];
    if (typeof party !== "string" || !authorizedParties.includes(party))
      return `token of another client (${name})`;
  }
  const missing = requires.find(({ path, values }) => !hasOne(findClaim(claims, path), values));
  if (missing !== undefined) return `token without the required ${missing.path.text}`;
  const refused = refuses.find(({ path, values }) => hasOne(findClaim(claims, path), values));
  return refused === undefined ? undefined : `token with a refused ${refused.path.text}`;
}

function hasOne(claim: unknown, values: readonly string[]): boolean {
  const given: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  return given.some((one) => values.includes(typeof one === "string" ? one : JSON.stringify(one)));
}
