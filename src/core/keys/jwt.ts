// A verified claim of an accepted token, with the token's issuer: what a claim names is unique within its issuer only
// (OpenID Connect Core section 2).

import { readClaim } from "./identity.ts";
import type { KeyExtractor } from "./key-extractor.ts";

export const jwt: KeyExtractor = {
  argument: { pattern: /^[\w.:/-]{1,128}$/, wanted: "a claim", toLowerCase: false },
  read: ({ identity }, name) => {
    const claim = identity?.token === undefined ? undefined : readClaim(identity.token, name);
    // An issuer's name has no space.
    return claim === undefined ? undefined : `${identity?.token?.issuer} ${claim}`;
  },
};
