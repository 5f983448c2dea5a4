// One canonical path per request: what is matched, counted, cached and forwarded is the same string, so no way of
// writing a path gets around a route's limit (RFC 3986 section 6.2.2, and what origins in the wild unwrap on their own).

import { err, ok, type Result } from "../result.ts";

export type PathProblem =
  | "malformed-escape"
  | "control-character"
  | "encoded-slash"
  | "dot-segment"
  | "path-too-long";

export interface PathRules {
  /** What to do with %2F and %5C, which some origins decode to a separator and some do not. */
  readonly encodedSlash: "reject" | "keep";
  /** Whether repeated slashes are merged into one, as nginx and most origins do. Default: true. */
  readonly mergeSlashes?: boolean;
}

const PATH_LENGTH_MAX = 8_192;
/** A path that is canonical already: no escape, backslash, empty or dot segment, control or non-ASCII character. */
const CANONICAL = /^(?=\/)(?:\/(?!\.{1,2}(?:\/|;|$))[!$&'()*+,\-.0-9:;=@A-Z_a-z~]+)*\/?$/;
const UNRESERVED = /[A-Za-z0-9._~-]/;
const ESCAPE = /%([0-9A-Fa-f]{2})?/g;
/** A step up or down to an origin that drops path parameters (Tomcat) or decodes separators, and a name to all others. */
const DISGUISED_DOTS = /(?:^|%2F|%5C)\.{1,2}(?:;|%3B|%2F|%5C|$)/;
/** What toMatchPath changes. */
const FOLDABLE = /[A-Z%;]|.\/$|\/\//;
/** Escapes of the visible ASCII characters that are no separators: `%`, `/`, `?`, `#` and the backslash stay escaped. */
const VISIBLE_ESCAPE = /%(?:2[1246-9A-C]|3[A-E]|40|5[BDE]|60|7[B-D])/g;

/**
 * The canonical form of a path that starts with "/" and has no query. It starts with "/" too, and with exactly one where
 * slashes are merged.
 */
export function toCanonicalPath(path: string, rules: PathRules): Result<string, PathProblem> {
  if (path.length > PATH_LENGTH_MAX) return err("path-too-long");
  if (CANONICAL.test(path)) return ok(path);
  const decoded = decodeUnreserved(path, rules);
  return decoded.ok ? resolveSegments(decoded.value, rules) : decoded;
}

/** Whether a path is already as the gateway forwards paths. */
export function isCanonical(path: string): boolean {
  if (!path.startsWith("/") || /[?#]/.test(path)) return false;
  const canonical = toCanonicalPath(path, { encodedSlash: "reject" });
  return canonical.ok && canonical.value === path;
}

/** Whether a path, which may have a query, is. */
export function isForwardable(target: string): boolean {
  const [path = ""] = target.split("?", 1);
  return /^[!"$-[\]-z|~]{1,1024}$/.test(target) && isCanonical(path);
}

/** Decodes escapes of unreserved characters and writes all others in upper case; separators in disguise are refused. */
function decodeUnreserved(path: string, { encodedSlash }: PathRules): Result<string, PathProblem> {
  let problem: PathProblem | undefined;
  const decoded = path.replaceAll("\\", "/").replace(ESCAPE, (escape, hex: string | undefined) => {
    if (hex === undefined) {
      problem ??= "malformed-escape";
      return escape;
    }
    const code = Number.parseInt(hex, 16);
    if (code < 0x20 || code === 0x7f) problem ??= "control-character";
    if ((code === 0x2f || code === 0x5c) && encodedSlash === "reject") problem ??= "encoded-slash";
    const character = String.fromCharCode(code);
    return UNRESERVED.test(character) ? character : escape.toUpperCase();
  });
  if (problem !== undefined) return err(problem);
  // oxlint-disable-next-line no-control-regex -- refusing control characters is the purpose
  return /[\u0000-\u0020\u007f]/.test(decoded) ? err("control-character") : ok(decoded);
}

/** Removes dot segments (RFC 3986 section 5.2.4), with empty segments removed first where slashes are merged. */
function resolveSegments(path: string, { mergeSlashes = true }: PathRules): Result<string, PathProblem> {
  const kept: string[] = [];
  const segments = path.slice(1).split("/");
  // An empty last segment is the slash at the end.
  const isSegment = (segment: string, at: number): boolean =>
    segment !== "" || (!mergeSlashes && at < segments.length - 1);
  for (const segment of segments.filter(isSegment)) {
    if (segment === ".") continue;
    if (segment === "..") {
      kept.pop();
      continue;
    }
    if (DISGUISED_DOTS.test(segment)) return err("dot-segment");
    kept.push(segment);
  }
  const last = segments.at(-1);
  const isFolder = kept.length > 0 && (last === "" || last === "." || last === "..");
  return ok(`/${kept.join("/")}${isFolder ? "/" : ""}`);
}

/**
 * The form that routes are matched by and `path` keys count by: without empty segments, a trailing slash and path
 * parameters, with "%40" as "@" and, unless case matters, in lower case. Origins differ in all of this, so the form under
 * which most spellings meet is the safe one.
 */
export function toMatchPath(canonicalPath: string, caseSensitive: boolean): string {
  if (!FOLDABLE.test(canonicalPath)) return canonicalPath;
  let path = canonicalPath.replace(VISIBLE_ESCAPE, toCharacter);
  if (path.includes(";")) path = path.replace(/;[^/]*/g, "");
  path = path.replace(/\/{2,}/g, "/");
  if (path.length > 1 && path.endsWith("/")) path = path.slice(0, -1);
  return caseSensitive ? path : path.toLowerCase();
}

function toCharacter(escape: string): string {
  return String.fromCharCode(Number.parseInt(escape.slice(1), 16));
}
