// Finds the credential of a request: an API key or a token as a Bearer, an API key in GitHub's scheme "token", in X-API-Key or
// in a query parameter. It only reads; whether the credential is valid is decided elsewhere.

import { decodeParameter } from "../http/query.ts";
import { AMBIGUOUS, type Facts } from "../keys/facts.ts";

/** The place of a credential: a header field's lower-case name, the query, a form that came as the body, or what a function knows. */
export type CredentialPlace = "authorization" | "x-api-key" | "query" | "form" | "function";

export type Credential =
  | {
      readonly kind: "api-key" | "token" | "malformed";
      readonly place: CredentialPlace;
      readonly text: string;
    }
  /** RFC 6750 section 2: one method a request. Which of them counts would otherwise be a matter of taste. */
  | { readonly kind: "several" }
  | { readonly kind: "none" };

/** A prefix (`hg_`), 8 characters that may be shown, and 43 that may not: 256 bits. Older keys may have another prefix. */
const API_KEY = /^[a-z][a-z0-9_]{0,63}_[0-9A-Za-z]{8}_[0-9A-Za-z]{43}$/;
/** What keys of elsewhere may look like. */
const ANY_KEY = /^[!-~]{8,512}$/;
/** Three parts of base64url (RFC 7515 section 7.1). */
const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;
/** The base64url of a JSON object with a name in it: what keys of elsewhere begin with, that have two dots as well, is not. */
const OBJECT = /^e[wy]/;
const TOKEN_LENGTH_MAX = 8_192;
/** As GitHub's clients write a token: in it stands an API key, or what is the origin's. */
const TOKEN_SCHEME = /^token +(\S+) *$/i;
const BEARER = /^bearer(?: +|$)/i;

const NONE: Credential = { kind: "none" };

interface KeyForm {
  /** The parameter that may hold a key. */
  readonly query?: string | undefined;
  /** "any": keys of elsewhere were imported, and may look like anything. */
  readonly format: "headgate" | "any";
}

/** Finds the credential. Other schemes of Authorization are the origin's. */
export function findCredential(
  facts: Pick<Facts, "header" | "query">,
  { query: queryName, format }: KeyForm,
): Credential {
  const form = format === "any" ? ANY_KEY : API_KEY;
  const found = [...findAuthorization(facts.header("authorization") ?? "", form)];
  const apiKey = facts.header("x-api-key");
  if (apiKey !== undefined) found.push(toApiKey(apiKey, "x-api-key", form));
  const parameter = queryName === undefined ? undefined : facts.query(queryName);
  if (parameter === AMBIGUOUS) return { kind: "several" };
  if (parameter !== undefined) found.push(toApiKey(parameter, "query", form));
  return found.length > 1 ? { kind: "several" } : (found[0] ?? NONE);
}

/** The same of a form's field, which is looked at where no other place has a credential. */
export function toFormCredential(
  text: string,
  format: KeyForm["format"],
): Extract<Credential, { readonly text: string }> {
  const form = format === "any" ? ANY_KEY : API_KEY;
  return { kind: form.test(text) ? "api-key" : "malformed", place: "form", text };
}

function findAuthorization(authorization: string, form: RegExp): readonly Credential[] {
  if (BEARER.test(authorization)) return [toBearer(authorization.replace(BEARER, "").trimEnd(), form)];
  const [, named] = TOKEN_SCHEME.exec(authorization) ?? [];
  // What is no key of ours is GitHub's own, and for the origin.
  const isOwn = named !== undefined && API_KEY.test(named);
  return isOwn ? [toApiKey(named, "authorization", API_KEY)] : [];
}

function toBearer(text: string, form: RegExp): Credential {
  const isToken =
    text.length <= TOKEN_LENGTH_MAX && TOKEN.test(text) && (form === API_KEY || OBJECT.test(text));
  return isToken ? { kind: "token", place: "authorization", text } : toApiKey(text, "authorization", form);
}

function toApiKey(text: string, place: CredentialPlace, form: RegExp): Credential {
  return { kind: form.test(text) ? "api-key" : "malformed", place, text };
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
