// The cache's decision (RFC 9111 section 4): answer from the store, stale with a refresh behind it, ask the origin with
// the stored validators, ask it anew, or answer 504. And, after the origin failed, whether stale is better than nothing.

import { toCurrentAgeMs } from "./age.ts";
import type { Fields } from "./fields.ts";
import type { RequestDirectives } from "./request-directives.ts";
import type { ForwardReason, LookupPlan } from "./request-plan.ts";
import type { StoredResponse } from "./stored-response.ts";

/** A hit: answer with the stored response. */
export interface Hit {
  readonly kind: "hit";
  readonly record: StoredResponse;
  readonly ageMs: number;
  /** What is left of the lifetime; negative when stale (RFC 9211 section 2.4). */
  readonly ttlMs: number;
  /** Have the origin asked in the background (RFC 5861 section 3). */
  readonly refresh: boolean;
}

export interface Forward {
  readonly kind: "forward";
  readonly reason: ForwardReason;
  /** The record that the origin is asked about, and that may stand in when the origin fails. */
  readonly record: StoredResponse | undefined;
  /** Set on the forwarded request; when there are some, the client's CONDITION_FIELDS are removed first. */
  readonly conditions: Fields;
}

/** A request with only-if-cached and nothing to answer it with: 504 (section 5.2.1.7). */
export interface Unsatisfied {
  readonly kind: "unsatisfied";
}

export type CacheDecision = Hit | Forward | Unsatisfied;

/** The stored response that was selected for a request, or in `miss` what was missing. */
export interface Selection {
  readonly record: StoredResponse | undefined;
  readonly miss: "uri-miss" | "vary-miss" | "miss";
}

/** Fields of the client's request that a validation replaces, so that a 304 can only be about the stored response. */
export const CONDITION_FIELDS: readonly string[] = [
  "if-none-match",
  "if-modified-since",
  "if-range",
  "range",
];
const NO_FIELDS: Fields = Object.freeze([]);
const UNSATISFIED: Unsatisfied = Object.freeze({ kind: "unsatisfied" });
/** Statuses for which a stale answer may stand in (RFC 5861 section 4). */
const ERROR_STATUSES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

export function decideCache(plan: LookupPlan, { record, miss }: Selection, nowMs: number): CacheDecision {
  const { directives } = plan;
  if (record === undefined) return forward(directives, { reason: miss, record });
  const ageMs = toCurrentAgeMs(record, nowMs);
  const ttlMs = record.lifetimeMs - ageMs;
  // Section 4.2: fresh while the lifetime exceeds the age.
  if (ttlMs <= 0) return decideStale(plan, record, { ageMs, ttlMs });
  if (record.mustValidate) return forward(directives, { reason: "stale", record });
  if (refusesFresh(record, directives, { ageMs, ttlMs }))
    return forward(directives, { reason: "request", record });
  return { kind: "hit", record, ageMs, ttlMs, refresh: false };
}

interface Ages {
  readonly ageMs: number;
  readonly ttlMs: number;
}

/**
 * Decides on a stale response (section 4.2.4): only if nothing forbids it and the origin, the route or the client
 * allows it.
 */
function decideStale(
  { directives }: LookupPlan,
  record: StoredResponse,
  { ageMs, ttlMs }: Ages,
): CacheDecision {
  if (!record.isStaleForbidden) {
    const refresh = -ttlMs < record.staleWhileRevalidateMs && acceptsStale(directives, ageMs);
    if (refresh || isAskedStale(directives, { ageMs, ttlMs })) {
      return { kind: "hit", record, ageMs, ttlMs, refresh };
    }
  }
  return forward(directives, { reason: "stale", record });
}

/**
 * The stored answer to give after all, or undefined: the origin answered with an error (isOriginError) and RFC 5861
 * section 4 or the route allows stale for so long, or it gave no answer. RFC 9111 section 5.2.2.2 comes first: what must
 * be validated is an error.
 */
export function decideOnError(
  plan: LookupPlan,
  record: StoredResponse | undefined,
  { nowMs, isUnreachable }: { readonly nowMs: number; readonly isUnreachable: boolean },
): Hit | undefined {
  // An error that is stored is no better than the one that came.
  if (record === undefined || isOriginError(record.status)) return undefined;
  const ownMs = isUnreachable ? record.staleIfUnreachableMs : record.staleIfErrorMs;
  return decideStandIn(record, Math.max(ownMs, plan.directives.staleIfErrorMs ?? 0), nowMs);
}

/** The same where the origin's own limits leave no quota: as far as the route allows. */
export function decideOnLimit(record: StoredResponse | undefined, nowMs: number): Hit | undefined {
  return decideStandIn(record, record?.staleIfLimitedMs ?? 0, nowMs);
}

function decideStandIn(
  record: StoredResponse | undefined,
  allowedMs: number,
  nowMs: number,
): Hit | undefined {
  if (allowedMs === 0 || record === undefined || record.isStaleForbidden) return undefined;
  const ageMs = toCurrentAgeMs(record, nowMs);
  const ttlMs = record.lifetimeMs - ageMs;
  if (-ttlMs > allowedMs) return undefined;
  return { kind: "hit", record, ageMs, ttlMs, refresh: false };
}

/** The request to the origin in the background, after a hit with `refresh`. */
export function toRefresh(record: StoredResponse): Forward {
  return { kind: "forward", reason: "stale", record, conditions: toConditions(record) };
}

export function isOriginError(status: number): boolean {
  return ERROR_STATUSES.has(status);
}

function forward(
  directives: RequestDirectives,
  { reason, record }: { readonly reason: ForwardReason; readonly record: StoredResponse | undefined },
): Forward | Unsatisfied {
  if (directives.onlyIfCached) return UNSATISFIED;
  const conditions = record === undefined ? NO_FIELDS : toConditions(record);
  return { kind: "forward", reason, record, conditions };
}

/** The conditions of a validation (section 4.3.1): the entity tag if there is one, and the date of the last change. */
export function toConditions({ etag, lastModified }: StoredResponse): Fields {
  const byTag: Fields = etag === null ? NO_FIELDS : [["if-none-match", etag]];
  return lastModified === null ? byTag : [...byTag, ["if-modified-since", lastModified]];
}

/**
 * Whether the client refuses a fresh response (sections 5.2.1.1, 5.2.1.3, 5.2.1.4). no-cache undoes immutable, max-age
 * does not (RFC 8246 section 2).
 */
function refusesFresh(
  { isImmutable }: StoredResponse,
  { noCache, maxAgeMs, minFreshMs }: RequestDirectives,
  { ageMs, ttlMs }: Ages,
): boolean {
  if (noCache) return true;
  if (maxAgeMs !== undefined && ageMs > maxAgeMs && !isImmutable) return true;
  return minFreshMs !== undefined && ttlMs < minFreshMs;
}

/** Whether the client leaves it to the cache: it asks for nothing that a stale response is not. */
function acceptsStale(
  { noCache, maxAgeMs, minFreshMs, maxStaleMs }: RequestDirectives,
  ageMs: number,
): boolean {
  if (noCache || minFreshMs !== undefined) return false;
  return maxAgeMs === undefined || (maxStaleMs !== undefined && ageMs <= maxAgeMs);
}

/** Whether max-stale allows it (section 5.2.1.2). max-age still bounds the age. */
function isAskedStale(
  { noCache, maxAgeMs, minFreshMs, maxStaleMs }: RequestDirectives,
  { ageMs, ttlMs }: Ages,
): boolean {
  if (maxStaleMs === undefined || noCache || minFreshMs !== undefined) return false;
  return -ttlMs <= maxStaleMs && (maxAgeMs === undefined || ageMs <= maxAgeMs);
}
