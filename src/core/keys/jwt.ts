// A verified claim of an accepted token, with the token's issuer: what a claim names is unique within its issuer only
// (OpenID Connect Core section 2).

import { LruMap } from "../lru-map.ts";
import { type ClaimPath, parseClaimPath, readClaim } from "./claim-path.ts";
import type { KeyExtractor } from "./key-extractor.ts";

/** Configurations have far fewer. */
const PATHS_MAX = 1_000;
const paths = new LruMap<string, ClaimPath>(PATHS_MAX);

export const jwt: KeyExtractor = {
  argument: { pattern: /^[\w.:/[\]"'-]{1,128}$/, wanted: "a claim", toLowerCase: false },
  read: ({ identity }, name) => {
    const claim = identity?.token === undefined ? undefined : readClaim(identity.token.claims, toPath(name));
    // An issuer's name has no space.
    return claim === undefined ? undefined : `${identity?.token?.issuer} ${claim}`;
  },
};

function toPath(name: string): ClaimPath {
  let path = paths.get(name);
  if (path === undefined) {
    path = parseClaimPath(name);
    paths.set(name, path);
  }
  return path;
}
