// A verified claim of an accepted token, with the token's issuer: what a claim names is unique within its issuer only
// (OpenID Connect Core section 2).

import { CLAIM, CLAIM_WANTED, type ClaimPath, parseClaimPath, readClaim } from "./claim-path.ts";
import type { Facts } from "./facts.ts";
import type { KeyExtractor } from "./key-extractor.ts";

export const jwt: KeyExtractor = {
  argument: { pattern: CLAIM, wanted: CLAIM_WANTED.replace("must be ", ""), toLowerCase: false },
  read: (facts, argument) => readFrom(facts, parseClaimPath(argument)),
  toReader: (argument) => {
    const path = parseClaimPath(argument);
    return (facts) => readFrom(facts, path);
  },
};

function readFrom({ identity }: Pick<Facts, "identity">, path: ClaimPath): string | undefined {
  if (identity?.token === undefined) return undefined;
  const claim = readClaim(identity.token.claims, path);
  // An issuer's name has no space.
  return claim === undefined ? undefined : `${identity.token.issuer} ${claim}`;
}
