// What a request allows before anything is looked up: whether the cache may answer it, whether its answer may be stored,
// and whether it may make stored responses invalid. A plain GET costs a handful of look-ups and no object.

import type { CacheSettings } from "./cache-settings.ts";
import { findCookies } from "../http/cookies.ts";
import { isReadable } from "../http/field-value.ts";
import type { CacheRequest } from "./exchange.ts";
import { type FieldReader, hasField } from "./fields.ts";
import { hasParameter } from "./query-key.ts";
import {
  NO_REQUEST_DIRECTIVES,
  parseRequestDirectives,
  type RequestDirectives,
} from "./request-directives.ts";

/**
 * The reason why a request goes to the origin (RFC 9211 section 2.2). "partial" is not among them: parts are never
 * stored.
 */
export type ForwardReason = "bypass" | "method" | "uri-miss" | "vary-miss" | "miss" | "request" | "stale";

export interface LookupPlan {
  readonly kind: "lookup";
  readonly isHead: boolean;
  /** If-None-Match or If-Modified-Since was sent: the cache evaluates them. */
  readonly isConditional: boolean;
  /** Range was sent with GET, which alone defines it (RFC 9110 section 14.2). */
  readonly isRange: boolean;
  /** False for all but a GET for the whole, and after a no-store that is honoured. */
  readonly mayStore: boolean;
  readonly directives: RequestDirectives;
}

export interface PassPlan {
  readonly kind: "pass";
  readonly reason: "bypass" | "method" | "request";
}

export type RequestPlan = LookupPlan | PassPlan;

const ORIGIN_CONDITIONS = ["if-match", "if-unmodified-since"];
const CACHE_CONDITIONS = ["if-none-match", "if-modified-since"];
const PLAIN_GET: LookupPlan = Object.freeze({
  kind: "lookup",
  isHead: false,
  isConditional: false,
  isRange: false,
  mayStore: true,
  directives: NO_REQUEST_DIRECTIVES,
});
const PLAIN_HEAD: LookupPlan = Object.freeze({ ...PLAIN_GET, isHead: true, mayStore: false });
const PASS_METHOD: PassPlan = Object.freeze({ kind: "pass", reason: "method" });
const PASS_BYPASS: PassPlan = Object.freeze({ kind: "pass", reason: "bypass" });
const PASS_REQUEST: PassPlan = Object.freeze({ kind: "pass", reason: "request" });

export function planRequest(request: CacheRequest, settings: CacheSettings): RequestPlan {
  const { method, fields, hasBody } = request;
  // Everything but GET and HEAD is written through (RFC 9111 section 4); methods are case-sensitive.
  if (method !== "GET" && method !== "HEAD") return PASS_METHOD;
  // A body is not in the key, and what it does to a GET is undefined (RFC 9110 section 9.3.1).
  if (hasBody || isBypassed(request, settings) || !isKeyReadable(request, settings)) return PASS_BYPASS;
  // Section 4.3.2: these are for the origin to evaluate.
  if (hasAny(fields, ORIGIN_CONDITIONS)) return PASS_REQUEST;
  return planLookup(fields, { isHead: method === "HEAD", settings });
}

function planLookup(
  fields: FieldReader,
  { isHead, settings }: { readonly isHead: boolean; readonly settings: CacheSettings },
): LookupPlan {
  const isConditional = hasAny(fields, CACHE_CONDITIONS);
  const isRange = !isHead && hasField(fields, "range");
  const directives = readDirectives(fields, settings);
  if (!isConditional && !isRange && directives === NO_REQUEST_DIRECTIVES) {
    return isHead ? PLAIN_HEAD : PLAIN_GET;
  }
  const mayStore = !isHead && !isRange && !directives.noStore;
  return { kind: "lookup", isHead, isConditional, isRange, mayStore, directives };
}

function readDirectives(fields: FieldReader, { requestDirectives }: CacheSettings): RequestDirectives {
  const cacheControl = requestDirectives === "honour" ? fields.get("cache-control") : undefined;
  return typeof cacheControl === "string" ? parseRequestDirectives(cacheControl) : NO_REQUEST_DIRECTIVES;
}

function hasAny(fields: FieldReader, names: readonly string[]): boolean {
  return names.some((name) => hasField(fields, name));
}

/** Whether every value of the key is valid UTF-8. Two that are not may look alike, and must not share an answer. */
function isKeyReadable({ fields }: CacheRequest, { key }: CacheSettings): boolean {
  return (
    key.headers.every((name) => isReadable(fields.get(name) ?? "")) &&
    key.cookies.every((name) => findCookies(fields.get("cookie"), name).every(isReadable))
  );
}

function isBypassed({ target, fields }: CacheRequest, { bypass }: CacheSettings): boolean {
  if (hasAny(fields, bypass.headers)) return true;
  if (bypass.cookies.some((name) => findCookies(fields.get("cookie"), name).length > 0)) return true;
  return hasParameter(target.query, bypass.query);
}
