// The directives of a response for a shared cache: the targeted field if there is one, else Cache-Control, in one object.
// Doubt restricts: what is malformed loses its permission and keeps its restriction (RFC 9111 section 4.2.1).

import { type Directive, parseCacheControl } from "./cache-control.ts";
import { parseDeltaSeconds } from "./delta-seconds.ts";
import { type FieldReader, type Fields, parseFieldNames } from "./fields.ts";
import { findTargetedDirectives } from "./targeted-fields.ts";

/** undefined is absent; "invalid" is there but unreadable, or there more than once with different values. */
export type Seconds = number | "invalid" | undefined;

export interface ResponseDirectives {
  /** From a targeted field: Cache-Control and Expires then count for nothing (RFC 9213 section 2.2). */
  readonly isTargeted: boolean;
  readonly noStore: boolean;
  /** Unqualified. */
  readonly noCache: boolean;
  /** Unqualified. */
  readonly isPrivate: boolean;
  /** The fields that no-cache="..." and private="..." name. Lower case. */
  readonly withheldNames: readonly string[];
  readonly isPublic: boolean;
  readonly mustRevalidate: boolean;
  readonly proxyRevalidate: boolean;
  readonly mustUnderstand: boolean;
  readonly isImmutable: boolean;
  readonly maxAge: Seconds;
  readonly sharedMaxAge: Seconds;
  readonly staleWhileRevalidate: Seconds;
  readonly staleIfError: Seconds;
}

export function readResponseDirectives(fields: FieldReader): ResponseDirectives {
  const targeted = findTargetedDirectives(fields);
  const directives = targeted ?? parseCacheControl(fields.get("cache-control") ?? "");
  return toResponseDirectives(directives, targeted !== undefined);
}

/** What is left of them where a route sets some aside. */
export function overrideDirectives(
  directives: ResponseDirectives,
  override: readonly string[],
): ResponseDirectives {
  if (override.length === 0) return directives;
  return {
    ...directives,
    noStore: directives.noStore && !override.includes("no-store"),
    noCache: directives.noCache && !override.includes("no-cache"),
    mustRevalidate: directives.mustRevalidate && !override.includes("must-revalidate"),
  };
}

/** Whether what is stored has a directive that its route sets aside. */
export function isOverridden(stored: Fields, override: readonly string[]): boolean {
  if (override.length === 0) return false;
  const given = stored
    .filter(([name]) => name === "cache-control")
    .flatMap(([, value]) => parseCacheControl(value));
  return override.some((name) => isNamed(given, name));
}

/** Milliseconds. Invalid is the same as none: already stale, no time allowed (RFC 9111 section 4.2.1). */
export function toMs(seconds: Seconds): number {
  return typeof seconds === "number" ? seconds * 1_000 : 0;
}

function toResponseDirectives(directives: readonly Directive[], isTargeted: boolean): ResponseDirectives {
  const noCache = readNames(directives, "no-cache");
  const isPrivate = readNames(directives, "private");
  return {
    isTargeted,
    noStore: isNamed(directives, "no-store"),
    noCache: noCache === "unqualified",
    isPrivate: isPrivate === "unqualified",
    withheldNames: [...toNames(noCache), ...toNames(isPrivate)],
    // The one permission among the flags: an argument that it cannot have makes it doubtful (section 5.2.2.9).
    isPublic: directives.some(
      ({ name, argument, isMalformed }) => name === "public" && argument === undefined && !isMalformed,
    ),
    mustRevalidate: isNamed(directives, "must-revalidate"),
    proxyRevalidate: isNamed(directives, "proxy-revalidate"),
    mustUnderstand: isNamed(directives, "must-understand"),
    // Its arguments have no meaning and are ignored (RFC 8246 section 2).
    isImmutable: isNamed(directives, "immutable"),
    maxAge: readSeconds(directives, "max-age"),
    sharedMaxAge: readSeconds(directives, "s-maxage"),
    staleWhileRevalidate: readSeconds(directives, "stale-while-revalidate"),
    staleIfError: readSeconds(directives, "stale-if-error"),
  };
}

export function isNamed(directives: readonly Directive[], wanted: string): boolean {
  return directives.some(({ name }) => name === wanted);
}

/**
 * The seconds of a directive. Repeated with one value is that value; with several it is invalid (RFC 9111 section
 * 4.2.1).
 */
export function readSeconds(directives: readonly Directive[], wanted: string): Seconds {
  let seconds: Seconds;
  for (const { name, argument, isMalformed } of directives) {
    if (name !== wanted) continue;
    const read = isMalformed ? undefined : parseDeltaSeconds(argument ?? "");
    if (read === undefined || (seconds !== undefined && seconds !== read)) return "invalid";
    seconds = read;
  }
  return seconds;
}

type FieldNames = readonly string[] | "unqualified" | undefined;

/**
 * The fields that no-cache or private is limited to (sections 5.2.2.4 and 5.2.2.7). Without an argument, with an empty
 * or an unreadable one, the directive covers the whole response.
 */
function readNames(directives: readonly Directive[], wanted: string): FieldNames {
  let names: readonly string[] | undefined;
  for (const { name, argument, isMalformed } of directives) {
    if (name !== wanted) continue;
    const read = argument === undefined || isMalformed ? undefined : parseFieldNames(argument);
    if (read === undefined || read.length === 0) return "unqualified";
    names = [...(names ?? []), ...read];
  }
  return names;
}

function toNames(names: FieldNames): readonly string[] {
  return names === undefined || names === "unqualified" ? [] : names;
}
