// What a change through the gateway makes invalid (RFC 9111 section 4.4), as purges for the gateway to make.

import type { CacheRequest, OriginResponse, Target } from "./exchange.ts";
import { toFieldReader } from "./fields.ts";
import type { Purge } from "./purge-state.ts";
import { resolveSameOrigin, toUrl } from "./target.ts";

/** Registered as safe. A method of unknown safety counts as unsafe (section 4.4). */
const SAFE_METHODS: ReadonlySet<string> = new Set([
  "GET",
  "HEAD",
  "OPTIONS",
  "PRI",
  "PROPFIND",
  "QUERY",
  "REPORT",
  "SEARCH",
  "TRACE",
]);

/**
 * After a non-error answer (2xx or 3xx) to an unsafe method: the target, which must be invalidated, and what Location and
 * Content-Location name on the same origin. Whole paths: routes differ in which part of a query they key by, and the
 * collection that was posted to is read by many queries.
 */
export function toInvalidations(
  { method, target }: Pick<CacheRequest, "method" | "target">,
  { status, fields }: OriginResponse,
): readonly Purge[] {
  if (SAFE_METHODS.has(method) || status < 200 || status > 399) return [];
  const reader = toFieldReader(fields);
  const targets = ["location", "content-location"].map((name) => {
    const reference = reader.get(name);
    return typeof reference === "string" ? resolveSameOrigin(reference, target) : undefined;
  });
  const urls = new Set([target, ...targets.filter((other) => other !== undefined)].map(toPathUrl));
  return [...urls].map((url) => ({ kind: "path", url }));
}

function toPathUrl(target: Target): string {
  return toUrl({ ...target, query: "" });
}
