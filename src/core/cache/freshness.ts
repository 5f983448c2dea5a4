// How long a response is fresh (RFC 9111 sections 4.2.1 and 4.2.2), and who says so: its origin, the route, or nobody
// but a guess. Whether it may be stored at all is not decided here.

import { AGE_MS_MAX } from "./age.ts";
import { type CacheSettings, findTtlMs } from "./cache-settings.ts";
import { type FieldReader, hasField } from "./fields.ts";
import { parseHttpDate } from "../http/http-date.ts";
import { type ResponseDirectives, toMs } from "./response-directives.ts";

/** "none": no explicit time and no guess allowed. */
export type LifetimeSource = "origin" | "route" | "heuristic" | "none";

export interface Lifetime {
  readonly ms: number;
  readonly source: LifetimeSource;
}

export interface FreshnessFacts {
  readonly status: number;
  readonly fields: FieldReader;
  readonly directives: ResponseDirectives;
  /** The Date field, or the arrival when there was none (RFC 9110 section 6.6.1). */
  readonly dateMs: number;
  readonly initialAgeMs: number;
  readonly responseTimeMs: number;
}

/** A guess is a tenth of the time since the last change (section 4.2.2), at most a day. */
const HEURISTIC_FRACTION = 0.1;
const HEURISTIC_MS_MAX = 86_400_000;

/** RFC 9110 section 15.1, without 206, which is never stored here. */
export const HEURISTIC_STATUSES: ReadonlySet<number> = new Set([
  200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501,
]);
/** What a route's `ttl` is about. An error or a temporary redirect needs `ttlByStatus`. */
const TTL_STATUSES: ReadonlySet<number> = new Set([200, 203, 204, 300, 301, 308]);

export function toLifetime(facts: FreshnessFacts, settings: CacheSettings): Lifetime {
  const ttlMs = findTtlMs(settings, facts.status) ?? toCommonTtlMs(facts.status, settings);
  // A route counts from the arrival, not from when the origin made the response.
  if (ttlMs !== undefined) return { ms: facts.initialAgeMs + ttlMs, source: "route" };
  const explicitMs = toExplicitMs(facts);
  if (explicitMs !== undefined) return { ms: Math.min(explicitMs, AGE_MS_MAX), source: "origin" };
  const heuristicMs = settings.heuristic ? toHeuristicMs(facts) : undefined;
  return heuristicMs === undefined ? { ms: 0, source: "none" } : { ms: heuristicMs, source: "heuristic" };
}

function toCommonTtlMs(status: number, settings: CacheSettings): number | undefined {
  return TTL_STATUSES.has(status) ? settings.ttlMs : undefined;
}

/** The first that is there, readable or not (section 4.2.1): an unreadable one is no reason to try the next. */
function toExplicitMs({ fields, directives, dateMs, responseTimeMs }: FreshnessFacts): number | undefined {
  if (directives.sharedMaxAge !== undefined) return toMs(directives.sharedMaxAge);
  if (directives.maxAge !== undefined) return toMs(directives.maxAge);
  if (directives.isTargeted || !hasField(fields, "expires")) return undefined;
  // An invalid date, above all "0", is in the past (section 5.3). Two lines are no date.
  const expiresMs = parseHttpDate(fields.get("expires") ?? "", responseTimeMs);
  return expiresMs === undefined ? 0 : Math.max(0, expiresMs - dateMs);
}

function toHeuristicMs({
  status,
  fields,
  directives,
  dateMs,
  responseTimeMs,
}: FreshnessFacts): number | undefined {
  if (!HEURISTIC_STATUSES.has(status) && !directives.isPublic) return undefined;
  const lastModifiedMs = parseHttpDate(fields.get("last-modified") ?? "", responseTimeMs);
  if (lastModifiedMs === undefined) return undefined;
  const sinceMs = Math.max(0, dateMs - lastModifiedMs);
  return Math.min(Math.floor(sinceMs * HEURISTIC_FRACTION), HEURISTIC_MS_MAX);
}
