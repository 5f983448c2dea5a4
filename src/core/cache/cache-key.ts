// The cache key (RFC 9111 section 2): the URL as far as the route keys by it, and what else the route names. Every part
// carries its length, so no value can pass for two.

import type { CacheSettings } from "./cache-settings.ts";
import { findCookies } from "../http/cookies.ts";
import { toDeviceClass } from "./device-class.ts";
import type { CacheRequest, Target } from "./exchange.ts";
import { toKeyQuery } from "./query-key.ts";
import { toUrl } from "./target.ts";
import { normaliseValue, toVaryValues } from "./vary.ts";

/** The URL that stands for all that the route caches as one; what purges by URL and stored records name. */
export function toKeyUrl(target: Target, settings: CacheSettings): string {
  const query = toKeyQuery(target.query, settings.key.query);
  return toUrl(query === target.query ? target : { ...target, query });
}

/** The longest URL in a mark's key; longer ones are hashed, since marks are kept in memory by their keys. */
const MARK_URL_LENGTH_MAX = 256;

/** The key of a key URL's mark (stored-response.ts). `hash` is SHA-256 in hexadecimal. */
export function toMarkKey(url: string, hash: (text: string) => string): string {
  return url.length <= MARK_URL_LENGTH_MAX ? write("mark", url) : write("mark of", hash(url));
}

/** The primary key: as long as the request is, so the store hashes it. `country` is the platform's, if it knows one. */
export function toCacheKey(
  { target, fields, isAuthenticated = false }: Pick<CacheRequest, "target" | "fields" | "isAuthenticated">,
  settings: CacheSettings,
  country?: string,
): string {
  const { key } = settings;
  let written = write("url", toKeyUrl(target, settings));
  for (const name of key.headers) {
    written += write("header", name) + write("value", normaliseValue(name, fields, settings.vary));
  }
  for (const name of key.cookies) {
    written += write("cookie", name);
    for (const value of findCookies(fields.get("cookie"), name)) written += write("value", value);
  }
  if (key.country) written += write("country", country ?? null);
  if (key.device) written += write("device", toDeviceClass(fields));
  if (isAuthenticated) written += write("authenticated", "");
  return written;
}

/** The key of one variant below a primary key (RFC 9111 section 4.1). */
export function toVariantKey(
  primaryKey: string,
  names: readonly string[],
  { fields, settings }: { readonly fields: CacheRequest["fields"]; readonly settings: CacheSettings },
): string {
  let written = write("variant of", primaryKey);
  for (const [name, value] of toVaryValues(names, fields, settings.vary)) {
    written += write("field", name) + write("value", value);
  }
  return written;
}

/** A value with its length. None has the length "-", so no value reads as a missing one. */
function write(label: string, value: string | null): string {
  return value === null ? `${label}=-;` : `${label}=${value.length}:${value};`;
}
