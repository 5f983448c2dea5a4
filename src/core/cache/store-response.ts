// Decides whether a response may be stored (RFC 9111 section 3, and what keeps a shared cache from being poisoned). Returns
// what to store, or the first reason against it: a word for a Cache-Status detail and for logs.

import { err, ok, type Result } from "../result.ts";
import { type CacheSettings, findTtlMs } from "./cache-settings.ts";
import { createStoredResponse, type Draft } from "./create-stored-response.ts";
import { type Deception, findDeception } from "./deception.ts";
import type { CacheRequest, Exchange } from "./exchange.ts";
import { hasField } from "./fields.ts";
import { isReadable } from "../http/field-value.ts";
import { HEURISTIC_STATUSES } from "./freshness.ts";
import { isKeyedByUser } from "./private-use.ts";
import type { ResponseDirectives } from "./response-directives.ts";
import { hasValidator, type StoredResponse } from "./stored-response.ts";
import { isWritable } from "./write-stored.ts";

export type StoreRefusal =
  | "method"
  | "request-body"
  | "range"
  | "status"
  | "no-store"
  | "private"
  | "authorization"
  | "set-cookie"
  | "vary"
  | "no-freshness"
  | "no-reuse"
  | "request-cookie"
  | "too-large"
  | "fields-too-large"
  | "fields-unreadable"
  | "event-stream"
  | Deception;

/** Final statuses whose caching rules are all implemented here: what must-understand is about (section 5.2.2.3). */
const UNDERSTOOD_STATUSES: ReadonlySet<number> = new Set([...HEURISTIC_STATUSES, 302, 303, 307, 451]);
/** Statuses that are not final, partial, answers to a condition, or never stored (RFC 6585 section 4). */
const NEVER_STORED_STATUSES: ReadonlySet<number> = new Set([206, 304, 429]);
/**
 * Errors that are about the resource. All others can be provoked by what is not in the key (an oversized header, a rule of
 * a firewall), and are stored only where the route names their status, or leaves errors to the origin's explicit freshness.
 */
const RESOURCE_ERRORS: ReadonlySet<number> = new Set([404, 405, 410, 414, 451]);
/** The longest Vary: a longer one is no negotiation, and would be kept with every record. */
const VARY_VALUE_LENGTH_MAX = 1_024;
const VARY_NAMES_MAX = 16;

/** The stored response, of a status and fields as the origin sent them, or the reason against it. */
export function toStored(exchange: Exchange, settings: CacheSettings): Result<StoredResponse, StoreRefusal> {
  const refusal = findRequestRefusal(exchange.request);
  if (refusal !== undefined) return err(refusal);
  const draft = createStoredResponse(exchange, settings);
  const draftRefusal = findRefusal(draft, exchange.request, settings);
  return draftRefusal === undefined ? ok(draft.record) : err(draftRefusal);
}

/** The reason why a response may not be stored, as far as the response, its sharing and its use go. */
export function findRefusal(
  draft: Draft,
  request: CacheRequest,
  settings: CacheSettings,
): StoreRefusal | undefined {
  return (
    findStatusRefusal(draft, settings) ??
    findDirectiveRefusal(draft, request, settings) ??
    findVaryRefusal(draft) ??
    (isEventStream(draft) ? "event-stream" : undefined) ??
    findFreshnessRefusal(draft) ??
    findTrustRefusal(draft, request, settings) ??
    findKeepingRefusal(draft, settings)
  );
}

/** The refusal of a response that the store cannot hold, or would not give back as it was. */
function findKeepingRefusal({ record }: Draft, { bodyBytesMax }: CacheSettings): StoreRefusal | undefined {
  if ((record.bodyBytes ?? 0) > bodyBytesMax) return "too-large";
  if (!isWritable(record, bodyBytesMax)) return "fields-too-large";
  return record.fields.every(([, value]) => isReadable(value)) ? undefined : "fields-unreadable";
}

/** The refusal of a request: only a plain GET fills the cache, since the base key is the URL alone (section 2). */
function findRequestRefusal({ method, hasBody, fields }: CacheRequest): StoreRefusal | undefined {
  if (method !== "GET") return "method";
  if (hasBody) return "request-body";
  return hasField(fields, "range") ? "range" : undefined;
}

function findStatusRefusal(
  { record, lifetimeSource }: Draft,
  settings: CacheSettings,
): StoreRefusal | undefined {
  const { status } = record;
  if (status < 200 || NEVER_STORED_STATUSES.has(status)) return "status";
  const ttlMs = findTtlMs(settings, status);
  if (ttlMs !== undefined) return ttlMs === 0 ? "status" : undefined;
  if (status < 400 || RESOURCE_ERRORS.has(status)) return undefined;
  return settings.errors === "explicit" && lifetimeSource === "origin" ? undefined : "status";
}

function findDirectiveRefusal(
  { record, directives, fields }: Draft,
  request: CacheRequest,
  settings: CacheSettings,
): StoreRefusal | undefined {
  const isUnderstood = UNDERSTOOD_STATUSES.has(record.status);
  if (directives.mustUnderstand && !isUnderstood) return "status";
  // Section 5.2.2.3: must-understand, understood, sets no-store aside.
  if (directives.noStore && !directives.mustUnderstand) return "no-store";
  const userRefusal = findUserRefusal(directives, request, settings);
  if (userRefusal !== undefined) return userRefusal;
  // private="set-cookie" is the origin's own word that the rest may be shared (section 5.2.2.7).
  const isCookieStripped = settings.setCookie === "strip" || directives.withheldNames.includes("set-cookie");
  return hasField(fields, "set-cookie") && !isCookieStripped ? "set-cookie" : undefined;
}

/** The refusal of what is one user's, and could become another's. */
function findUserRefusal(
  directives: ResponseDirectives,
  request: CacheRequest,
  settings: CacheSettings,
): StoreRefusal | undefined {
  const isOneUsers = settings.isPrivate && isKeyedByUser(request, settings);
  if (directives.isPrivate && !isOneUsers) return "private";
  // What the key says of the user says nothing of the cookies.
  if (directives.isPrivate && hasField(request.fields, "cookie") && !isCookieKeyed(settings))
    return "request-cookie";
  const { headers } = settings.key;
  const isKeyedByCredential =
    headers.includes("authorization") || (isOneUsers && headers.includes("x-consumer"));
  const isAuthorised = hasField(request.fields, "authorization") && !isKeyedByCredential;
  return isAuthorised && !isShareable(directives) ? "authorization" : undefined;
}

/**
 * Whether one user's authorised answer may be another's (section 3.5). An unreadable s-maxage does not allow it. Keyed by
 * the credential, an entry has one user, and may be stored.
 */
function isShareable({ isPublic, mustRevalidate, sharedMaxAge }: ResponseDirectives): boolean {
  return isPublic || mustRevalidate || typeof sharedMaxAge === "number";
}

/** Whether it is an event stream: it has no end to wait for, and is about the moment. */
function isEventStream({ fields }: Draft): boolean {
  return /^text\/event-stream\b/i.test(fields.get("content-type") ?? "");
}

/** The refusal of a Vary: a response with "*" never matches a request (section 4.1), nor one that was chosen by a value that is not UTF-8. */
function findVaryRefusal({ record, isVaryAny }: Draft): StoreRefusal | undefined {
  if (isVaryAny || record.vary.length > VARY_NAMES_MAX) return "vary";
  const values = record.vary.map(([, value]) => value ?? "");
  return values.some((value) => value.length > VARY_VALUE_LENGTH_MAX || !isReadable(value))
    ? "vary"
    : undefined;
}

/**
 * The refusal of what is not cacheable (section 3's last condition), or of no use when stored. A heuristically cacheable
 * status alone is not enough here: such pages are often one user's, and a 304 by date would confirm them to the next.
 */
function findFreshnessRefusal({ record, directives, lifetimeSource }: Draft): StoreRefusal | undefined {
  const isExplicit = lifetimeSource !== "none" || directives.isPublic || directives.noCache;
  if (!isExplicit) return "no-freshness";
  const isFresh = record.lifetimeMs > record.initialAgeMs && !record.mustValidate;
  const { staleWhileRevalidateMs, staleIfErrorMs, staleIfLimitedMs } = record;
  const isUsableStale = staleWhileRevalidateMs > 0 || staleIfErrorMs > 0 || staleIfLimitedMs > 0;
  return isFresh || isUsableStale || hasValidator(record) ? undefined : "no-reuse";
}

function isCookieKeyed({ requestCookies, key }: CacheSettings): boolean {
  return requestCookies === "ignore" || key.cookies.length > 0;
}

/** The refusal of a response that the origin does not call fresh itself, unless it looks like what was requested. */
function findTrustRefusal(
  { record, fields, lifetimeSource, directives }: Draft,
  { target, fields: requestFields }: CacheRequest,
  settings: CacheSettings,
): StoreRefusal | undefined {
  const isMarkedShared = directives.isPublic || typeof directives.sharedMaxAge === "number";
  if (lifetimeSource === "origin" || isMarkedShared) return undefined;
  if (hasField(requestFields, "cookie") && !isCookieKeyed(settings)) return "request-cookie";
  // An error page or a redirect is nobody's private page.
  return record.status > 299 ? undefined : findDeception(target.path, fields.get("content-type"));
}
