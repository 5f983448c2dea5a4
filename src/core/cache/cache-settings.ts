// A route's cache settings, and the valibot schema that reads them from headgate.config.ts into one complete, frozen
// object. Defaults let the origin decide and trust no client.

import * as v from "valibot";
import { requestHeader } from "../http/header-name.ts";
import { DURATION_WANTED, findDuration, toDurationMs } from "../schema/durations.ts";
import { listOf } from "../schema/list-of.ts";
import { object } from "../schema/parse-with.ts";
import {
  duration,
  durationBetween,
  integerBetween,
  oneOf,
  switchedOn,
  textLike,
  textThat,
} from "../schema/primitives.ts";

/**
 * The query parameters that are part of the key. What is left out still reaches the origin: leave out only what it
 * ignores.
 */
export interface QueryKeySettings {
  readonly mode: "all" | "include" | "exclude";
  /** Lower case when included, as written when excluded: either way the wider key. */
  readonly names: ReadonlySet<string>;
  /** Parameters in another order are the same request. */
  readonly sorted: boolean;
  /** The parameter that says who is calling; undefined: none does. */
  readonly credential?: string | undefined;
}

export interface CacheKeySettings {
  readonly query: QueryKeySettings;
  /** Folded. With "authorization" in here, entries belong to one credential and are stored without "public". */
  readonly headers: readonly string[];
  readonly cookies: readonly string[];
  readonly country: boolean;
  readonly device: boolean;
}

export interface VarySettings {
  /** Fields that the origin names in Vary and that do not matter. Folded. */
  readonly ignore: ReadonlySet<string>;
  /** For a field, the values that matter: a request counts as the one of them that it prefers, or as none. */
  readonly choices: ReadonlyMap<string, readonly string[]>;
}

/** Requests with one of these are neither answered from the cache nor stored. */
export interface BypassSettings {
  readonly headers: readonly string[];
  readonly cookies: readonly string[];
  readonly query: readonly string[];
}

/** What a route may set aside of an origin's Cache-Control. */
export type Overridden = "no-store" | "no-cache" | "must-revalidate";

export interface CacheSettings {
  /** Whether answers that the origin calls private are stored for the one whom the key names: see private-use.ts. */
  readonly isPrivate: boolean;
  /** The origin's directives that do not count, as the operator answers for. */
  readonly override: readonly Overridden[];
  /** Freshness from arrival, in place of the origin's; for successes and permanent redirects. undefined: the origin decides. */
  readonly ttlMs: number | undefined;
  /** The same for a status ("404") or a class ("5xx"); 0 is never stored. */
  readonly ttlMsByStatus: ReadonlyMap<string, number>;
  /** In place of the origin's (RFC 5861). Never against must-revalidate, proxy-revalidate, s-maxage or no-cache. */
  readonly staleWhileRevalidateMs: number | undefined;
  readonly staleIfErrorMs: number | undefined;
  /** Which errors an origin's explicit freshness is kept for: those that are about the resource, or every one. */
  readonly errors: "resource" | "explicit";
  /** How long past its freshness an answer may stand in while the origin's own limits leave no quota. */
  readonly staleIfLimitedMs: number;
  /** Whether Last-Modified alone makes a response fresh for a while (RFC 9111 section 4.2.2). */
  readonly heuristic: boolean;
  /** Whether clients steer the cache by Cache-Control. "ignore" keeps them from reaching the origin at will. */
  readonly requestDirectives: "honour" | "ignore";
  readonly key: CacheKeySettings;
  readonly vary: VarySettings;
  readonly bypass: BypassSettings;
  /** Whether an answer to a request with cookies may be stored although only the route or a heuristic calls it fresh. */
  readonly requestCookies: "guard" | "ignore";
  /** Whether a response that sets cookies is not stored, or stored without them. */
  readonly setCookie: "refuse" | "strip";
  readonly bodyBytesMax: number;
  /** How old what is known of purges may be: a purge holds within it. */
  readonly purgeWithinMs: number;
  /** Whether a request that the cache answers is counted by the route's policies. */
  readonly hits: "counted" | "free";
}

const BOUNDS = { least: 0, most: 32 } as const;
const BODY_BYTES_DEFAULT = 16 * 1_024 * 1_024;
/** The largest object of the Cache API. */
const BODY_BYTES_MAX = 512 * 1_024 * 1_024;
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$/;
const PARAMETER = /^[^\s&=#]{1,64}$/;
const STATUS = /^(?:[2-5]xx|[2-5]\d\d)$/;
/** Statuses of parts of an answer, of none of their own, or that must not be stored (RFC 6585 section 4). */
const STATUSES_NEVER_STORED = new Set(["206", "304", "429"]);

const cookieName = textLike(TOKEN, "must be a cookie's name");
const parameterName = textLike(PARAMETER, "must be a query parameter's name");

const TTL_WANTED = `${DURATION_WANTED}, or "never"`;
const durationOrNever = v.pipe(
  textThat((text) => text === "never" || toDurationMs(text) !== undefined, TTL_WANTED, findDuration),
  v.transform((text) => toDurationMs(text) ?? 0),
);

const ttlByStatus = v.pipe(
  v.record(v.string(), durationOrNever, "must be an object of statuses"),
  v.check(
    (ttls) => Object.keys(ttls).every((name) => STATUS.test(name) && !STATUSES_NEVER_STORED.has(name)),
    'must name statuses such as "404" or "5xx", but not 206, 304 and 429, which are never stored',
  ),
  v.transform((ttls): ReadonlyMap<string, number> => new Map(Object.entries(ttls))),
);

const queryKey = v.pipe(
  object({
    include: v.optional(listOf(parameterName, "parameter", BOUNDS)),
    exclude: v.optional(listOf(parameterName, "parameter", BOUNDS)),
    sorted: v.optional(switchedOn, false),
    credential: v.optional(parameterName),
  }),
  v.check(
    ({ include, exclude }) => include === undefined || exclude === undefined,
    'must have "include" or "exclude", not both',
  ),
  v.transform(({ include, exclude, sorted, credential }): QueryKeySettings => {
    if (include !== undefined) {
      const names = new Set(include.map((name) => name.toLowerCase()));
      return Object.freeze({ mode: "include", names, sorted, credential });
    }
    const names = new Set(exclude);
    return Object.freeze({ mode: exclude === undefined ? "all" : "exclude", names, sorted, credential });
  }),
);

const keySettings = v.pipe(
  object({
    query: v.optional(queryKey, {}),
    headers: v.optional(listOf(requestHeader, "header", BOUNDS), []),
    cookies: v.optional(listOf(cookieName, "cookie", BOUNDS), []),
    country: v.optional(switchedOn, false),
    device: v.optional(switchedOn, false),
  }),
  v.transform((key): CacheKeySettings => Object.freeze(key)),
);

const varySettings = v.pipe(
  object({
    ignore: v.optional(listOf(requestHeader, "header", BOUNDS), []),
    choices: v.optional(
      v.record(
        requestHeader,
        listOf(v.string("must be a value"), "value", BOUNDS),
        "must be an object of headers",
      ),
      {},
    ),
  }),
  v.transform(({ ignore, choices }): VarySettings => {
    return Object.freeze({ ignore: new Set(ignore), choices: new Map(Object.entries(choices)) });
  }),
);

const bypassSettings = v.pipe(
  object({
    headers: v.optional(listOf(requestHeader, "header", BOUNDS), []),
    cookies: v.optional(listOf(cookieName, "cookie", BOUNDS), []),
    query: v.optional(listOf(parameterName, "parameter", BOUNDS), []),
  }),
  v.transform((bypass): BypassSettings => Object.freeze(bypass)),
);

/** A route's `cache`. */
export const cacheSettings = v.pipe(
  object({
    private: v.optional(switchedOn, false),
    override: v.optional(listOf(oneOf(["no-store", "no-cache", "must-revalidate"]), "directive", BOUNDS), []),
    ttl: v.optional(duration),
    ttlByStatus: v.optional(ttlByStatus, {}),
    staleWhileRevalidate: v.optional(duration),
    staleIfError: v.optional(durationOrNever),
    staleIfLimited: v.optional(duration),
    errors: v.optional(oneOf(["resource", "explicit"]), "resource"),
    heuristic: v.optional(switchedOn, false),
    requestDirectives: v.optional(oneOf(["honour", "ignore"]), "ignore"),
    key: v.optional(keySettings, {}),
    vary: v.optional(varySettings, {}),
    bypass: v.optional(bypassSettings, {}),
    requestCookies: v.optional(oneOf(["guard", "ignore"]), "guard"),
    setCookie: v.optional(oneOf(["refuse", "strip"]), "refuse"),
    bodyBytesMax: v.optional(integerBetween(0, BODY_BYTES_MAX), BODY_BYTES_DEFAULT),
    purgeWithin: v.optional(durationBetween("5s", "1h"), "5s"),
    hits: v.optional(oneOf(["counted", "free"]), "counted"),
  }),
  v.transform(
    ({
      ttl,
      ttlByStatus: ttlMsByStatus,
      staleWhileRevalidate,
      staleIfError,
      staleIfLimited,
      purgeWithin,
      private: isPrivate,
      ...rest
    }): CacheSettings => {
      return Object.freeze({
        isPrivate,
        ttlMs: ttl,
        ttlMsByStatus,
        staleWhileRevalidateMs: staleWhileRevalidate,
        staleIfErrorMs: staleIfError,
        staleIfLimitedMs: staleIfLimited ?? 0,
        purgeWithinMs: purgeWithin,
        ...rest,
      });
    },
  ),
);

/** The route's own freshness for a status: an exact status before its class; undefined where the route has none. */
export function findTtlMs(settings: CacheSettings, status: number): number | undefined {
  if (settings.ttlMsByStatus.size === 0) return undefined;
  return (
    settings.ttlMsByStatus.get(String(status)) ?? settings.ttlMsByStatus.get(`${Math.floor(status / 100)}xx`)
  );
}
