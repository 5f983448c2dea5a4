// Finds the credential of a request: an API key or a token as a Bearer, an API key in X-API-Key or in a query parameter.
// It only reads; whether the credential is valid is decided elsewhere.

import { decodeParameter } from "../http/query.ts";
import { AMBIGUOUS, type Facts } from "../keys/facts.ts";

/** The place of a credential: a header field's lower-case name, or the query. */
export type CredentialPlace = "authorization" | "x-api-key" | "query";

export type Credential =
  | {
      readonly kind: "api-key" | "token" | "malformed";
      readonly place: CredentialPlace;
      readonly text: string;
    }
  /** RFC 6750 section 2: one method a request. Which of them counts would otherwise be a matter of taste. */
  | { readonly kind: "several" }
  | { readonly kind: "none" };

/** `hg_`, 8 characters that may be shown, and 43 that may not: 256 bits. */
const API_KEY = /^hg_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/;
/** Three parts of base64url (RFC 7515 section 7.1). */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;
const TOKEN_LENGTH_MAX = 8_192;
const BEARER = /^bearer(?: +|$)/i;

const NONE: Credential = { kind: "none" };

/**
 * Finds the credential. `queryName` is the parameter that may hold a key. Other schemes of Authorization are the
 * origin's.
 */
export function findCredential(
  facts: Pick<Facts, "header" | "query">,
  queryName: string | undefined,
): Credential {
  const found: Credential[] = [];
  const authorization = facts.header("authorization");
  if (authorization !== undefined && BEARER.test(authorization))
    found.push(toBearer(authorization.replace(BEARER, "").trimEnd()));
  const apiKey = facts.header("x-api-key");
  if (apiKey !== undefined) found.push(toApiKey(apiKey, "x-api-key"));
  const parameter = queryName === undefined ? undefined : facts.query(queryName);
  if (parameter === AMBIGUOUS) return { kind: "several" };
  if (parameter !== undefined) found.push(toApiKey(parameter, "query"));
  return found.length > 1 ? { kind: "several" } : (found[0] ?? NONE);
}

function toBearer(text: string): Credential {
  const isToken = text.length <= TOKEN_LENGTH_MAX && TOKEN.test(text);
  return isToken ? { kind: "token", place: "authorization", text } : toApiKey(text, "authorization");
}

function toApiKey(text: string, place: CredentialPlace): Credential {
  return { kind: API_KEY.test(text) ? "api-key" : "malformed", place, text };
}

/** A query without the parameters of this name, however it is encoded; "" when nothing is left. */
export function withoutParameter(search: string, name: string): string {
  if (search === "") return search;
  const kept = search
    .slice(1)
    .split("&")
    .filter((pair) => decodeParameter(pair.split("=", 1)[0] ?? "") !== name);
  return kept.length === 0 || kept.join("") === "" ? "" : `?${kept.join("&")}`;
}
