// The directives of a client (RFC 9111 section 5.2.1, RFC 5861 section 4). They are advice: a route decides whether they
// count. What cannot be read is not there.

import { parseCacheControl } from "./cache-control.ts";
import { type Seconds, isNamed, readSeconds } from "./response-directives.ts";

export interface RequestDirectives {
  readonly noCache: boolean;
  readonly noStore: boolean;
  readonly onlyIfCached: boolean;
  readonly maxAgeMs: number | undefined;
  readonly minFreshMs: number | undefined;
  /** Infinity when max-stale has no limit. */
  readonly maxStaleMs: number | undefined;
  readonly staleIfErrorMs: number | undefined;
}

export const NO_REQUEST_DIRECTIVES: RequestDirectives = Object.freeze({
  noCache: false,
  noStore: false,
  onlyIfCached: false,
  maxAgeMs: undefined,
  minFreshMs: undefined,
  maxStaleMs: undefined,
  staleIfErrorMs: undefined,
});

/** Parses Cache-Control. Pragma is not read: section 5.4 deprecates it. */
export function parseRequestDirectives(cacheControl: string): RequestDirectives {
  const directives = parseCacheControl(cacheControl);
  const isAnyStale = directives.some(
    ({ name, argument, isMalformed }) => name === "max-stale" && argument === undefined && !isMalformed,
  );
  return {
    noCache: isNamed(directives, "no-cache"),
    noStore: isNamed(directives, "no-store"),
    onlyIfCached: isNamed(directives, "only-if-cached"),
    maxAgeMs: toMs(readSeconds(directives, "max-age")),
    minFreshMs: toMs(readSeconds(directives, "min-fresh")),
    maxStaleMs: isAnyStale ? Infinity : toMs(readSeconds(directives, "max-stale")),
    staleIfErrorMs: toMs(readSeconds(directives, "stale-if-error")),
  };
}

function toMs(seconds: Seconds): number | undefined {
  return typeof seconds === "number" ? seconds * 1_000 : undefined;
}
