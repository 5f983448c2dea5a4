// Path patterns of routes: "/search", "/users/:id", "/files/*". Compiled once; matched in one pass, without regular
// expressions, so that no path can make matching slow.

import { err, ok, type Result } from "../result.ts";

export interface RoutePattern {
  readonly text: string;
  /** Literal segments; undefined stands for any one segment. */
  readonly segments: readonly (string | undefined)[];
  /** Whether anything may follow ("/files/*" also matches "/files"). */
  readonly isOpen: boolean;
}

const PATTERN_LENGTH_MAX = 1_024;
const LITERAL = /^[^\s?#*:%\\]+$/;
const PARAMETER = /^:[a-z_][a-z0-9_]{0,63}$/i;

/** The compiled pattern, or what is wrong with it in words. */
export function parseRoutePattern(text: string, caseSensitive: boolean): Result<RoutePattern, string> {
  if (!text.startsWith("/") || text.length > PATTERN_LENGTH_MAX)
    return err('must be a path pattern that starts with "/"');
  const written = text.slice(1).split("/");
  const isOpen = written.at(-1) === "*";
  if (isOpen) written.pop();
  if (written.at(-1) === "") written.pop();
  const segments: (string | undefined)[] = [];
  for (const segment of written) {
    if (PARAMETER.test(segment)) segments.push(undefined);
    else if (LITERAL.test(segment) && segment !== "." && segment !== "..") {
      segments.push(caseSensitive ? segment : segment.toLowerCase());
    } else {
      return err('must be made of names, ":parameters" and a last "*"');
    }
  }
  return ok(Object.freeze({ text, segments: Object.freeze(segments), isOpen }));
}

/** Whether a folded path (canonical-path.ts, toMatchPath) fits the pattern. */
export function matchesPattern({ segments, isOpen }: RoutePattern, path: string): boolean {
  let at = 1;
  for (const segment of segments) {
    if (at > path.length) return false;
    const slash = path.indexOf("/", at);
    const end = slash === -1 ? path.length : slash;
    if (end === at) return false;
    if (segment !== undefined && (segment.length !== end - at || !path.startsWith(segment, at))) return false;
    at = end + 1;
  }
  return isOpen || at >= path.length;
}
