// What a token says of itself before it is verified: only to find what is pinned for it.

import { base64url, type JWTPayload } from "jose";
import { isObject } from "../../core/schema/parse-with.ts";

/** Of its second part; no claims where that is no JSON object. */
export function readClaims(payload: string | Uint8Array = ""): JWTPayload {
  try {
    const claims: unknown = JSON.parse(new TextDecoder().decode(base64url.decode(payload)));
    return isObject(claims) ? claims : {};
  } catch {
    return {};
  }
}
