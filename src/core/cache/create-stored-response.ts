// Creates the stored response of an exchange with the origin: which fields, how old, how fresh, how stale it may get.
// Whether it may be kept at all is decided by store-response.ts.

import { toInitialAgeMs } from "./age.ts";
import { toKeyUrl } from "./cache-key.ts";
import type { CacheSettings } from "./cache-settings.ts";
import type { Exchange } from "./exchange.ts";
import { type FieldReader, type Fields, hasField, toFieldReader } from "./fields.ts";
import { type LifetimeSource, toLifetime } from "./freshness.ts";
import { formatHttpDate, parseHttpDate } from "../http/http-date.ts";
import {
  overrideDirectives,
  readResponseDirectives,
  type ResponseDirectives,
  toMs,
} from "./response-directives.ts";
import { toStoredFields } from "./stored-fields.ts";
import { RECORD_VERSION, type StoredResponse } from "./stored-response.ts";
import { readTags } from "./tags.ts";
import { parseVary, toVaryValues } from "./vary.ts";

/**
 * How long past its freshness an answer may stand in for an origin that gives none, where nobody says otherwise: a cache
 * that is cut off may do so (section 4.2.4), and this is long enough for what restarts.
 */
const UNREACHABLE_MS = 600_000;

/** A record and what it was made from, for deciding whether to keep it. */
export interface Draft {
  readonly record: StoredResponse;
  readonly directives: ResponseDirectives;
  /** As received. */
  readonly fields: FieldReader;
  readonly lifetimeSource: LifetimeSource;
  /** Vary has "*" or cannot be read. */
  readonly isVaryAny: boolean;
}

/** Creates a draft. It never fails: one that may not be kept still answers the request that it was made for. */
export function createStoredResponse(exchange: Exchange, settings: CacheSettings): Draft {
  const { request, response, requestTimeMs, responseTimeMs, generation, mark } = exchange;
  const fields = toFieldReader(response.fields);
  const directives = overrideDirectives(readResponseDirectives(fields), settings.override);
  const receivedDateMs = parseHttpDate(fields.get("date") ?? "", responseTimeMs);
  const dateMs = receivedDateMs ?? responseTimeMs;
  const initialAgeMs = toInitialAgeMs({ age: fields.get("age"), dateMs, requestTimeMs, responseTimeMs });
  const facts = { status: response.status, fields, directives, dateMs, initialAgeMs, responseTimeMs };
  const lifetime = toLifetime(facts, settings);
  const names = toVaryNames(fields, settings);
  const { tags, isCut } = readTags(fields);
  const kept = toStoredFields(response.fields, directives.withheldNames);
  const record: StoredResponse = {
    version: RECORD_VERSION,
    kind: "record",
    url: toKeyUrl(request.target, settings),
    status: response.status,
    fields: receivedDateMs === undefined ? withDate(kept, responseTimeMs) : kept,
    bodyBytes: readLength(fields),
    responseTimeMs,
    initialAgeMs,
    dateMs,
    lifetimeMs: lifetime.ms,
    ...toReuseRules(directives, settings),
    ...toValidators(kept),
    vary: names === "*" ? [] : toVaryValues(names, request.fields, settings.vary),
    tags,
    isTagsCut: isCut,
    generation,
    mark,
  };
  return { record, directives, fields, lifetimeSource: lifetime.source, isVaryAny: names === "*" };
}

/**
 * What Vary names, by two facts more. What is stored was asked for without a coding, whatever its client takes
 * (docs/decisions/0005): of an answer without one, every client's Accept-Encoding is the same. And an answer that lets one
 * page read it is for that page, also where its origin forgets to say so (Fetch standard, "CORS protocol and HTTP caches").
 */
function toVaryNames(fields: FieldReader, { vary }: CacheSettings): readonly string[] | "*" {
  const named = parseVary(fields.get("vary"), vary);
  if (named === "*") return named;
  const isPlain = !hasField(fields, "content-encoding");
  const names = isPlain ? named.filter((name) => name !== "accept-encoding") : named;
  const isOfOnePage = (fields.get("access-control-allow-origin") ?? "*").trim() !== "*";
  if (!isOfOnePage || names.includes("origin") || vary.ignore.has("origin")) return names;
  return [...names, "origin"].sort();
}

type ReuseRules = Pick<
  StoredResponse,
  | "mustValidate"
  | "isStaleForbidden"
  | "isImmutable"
  | "staleWhileRevalidateMs"
  | "staleIfErrorMs"
  | "staleIfUnreachableMs"
  | "staleIfLimitedMs"
>;

/**
 * The rules for reuse (sections 4.2.4, 5.2.2.2, 5.2.2.4, 5.2.2.8, 5.2.2.10), which no route's setting lifts. An
 * unreadable s-maxage counts.
 */
function toReuseRules(directives: ResponseDirectives, settings: CacheSettings): ReuseRules {
  const isStaleForbidden =
    directives.noCache ||
    directives.mustRevalidate ||
    directives.proxyRevalidate ||
    directives.sharedMaxAge !== undefined;
  const whileMs = settings.staleWhileRevalidateMs ?? toMs(directives.staleWhileRevalidate);
  const statedMs = isStaleForbidden ? 0 : findErrorMs(directives, settings);
  return {
    mustValidate: directives.noCache,
    isStaleForbidden,
    isImmutable: directives.isImmutable,
    staleWhileRevalidateMs: isStaleForbidden ? 0 : whileMs,
    staleIfErrorMs: statedMs ?? 0,
    staleIfUnreachableMs: statedMs ?? UNREACHABLE_MS,
    staleIfLimitedMs: isStaleForbidden ? 0 : settings.staleIfLimitedMs,
  };
}

/** RFC 5861 section 4; undefined where neither the route nor the origin says anything. */
function findErrorMs(
  { staleIfError }: ResponseDirectives,
  { staleIfErrorMs }: CacheSettings,
): number | undefined {
  return staleIfErrorMs ?? (staleIfError === undefined ? undefined : toMs(staleIfError));
}

/** The validators, of the kept fields: a withheld ETag may not come back as a condition or in a 304. */
function toValidators(kept: Fields): Pick<StoredResponse, "etag" | "lastModified"> {
  const fields = toFieldReader(kept);
  return { etag: fields.get("etag") ?? null, lastModified: fields.get("last-modified") ?? null };
}

/** The fields with a Date (RFC 9110 section 6.6.1): without one the time it came; an invalid one may be replaced. */
function withDate(fields: Fields, responseTimeMs: number): Fields {
  return [...fields.filter(([name]) => name !== "date"), ["date", formatHttpDate(responseTimeMs)]];
}

function readLength(fields: FieldReader): number | null {
  const length = fields.get("content-length") ?? "";
  return /^\d{1,15}$/.test(length) ? Number(length) : null;
}
