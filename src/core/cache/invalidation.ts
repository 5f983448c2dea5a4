// What a change through the gateway makes invalid (RFC 9111 section 4.4).

import type { PathRules } from "../http/canonical-path.ts";
import type { CacheRequest, Target } from "./exchange.ts";
import type { FieldReader } from "./fields.ts";
import { resolveSameOrigin } from "./target.ts";

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
 * Content-Location name on the same origin. With their queries: whoever may change one URL must not empty another.
 */
export function toInvalidations(
  { method, target }: Pick<CacheRequest, "method" | "target">,
  { status, fields }: { readonly status: number; readonly fields: FieldReader },
  rules: Pick<PathRules, "mergeSlashes"> = {},
): readonly Target[] {
  if (SAFE_METHODS.has(method) || status < 200 || status > 399) return [];
  const targets = [target];
  for (const name of ["location", "content-location"]) {
    const reference = fields.get(name);
    const named = typeof reference === "string" ? resolveSameOrigin(reference, target, rules) : undefined;
    if (named !== undefined) targets.push(named);
  }
  return targets;
}
