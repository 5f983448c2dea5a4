// Path patterns of routes: "/search", "/users/:id" (or "/users/{id}"), "/files/*". Compiled once; matched in one pass, without regular
// expressions, so that no path can make matching slow.

import { toCanonicalPath, toMatchPath } from "./canonical-path.ts";
import { err, ok, type Result } from "../result.ts";

export interface RoutePattern {
  readonly text: string;
  /** Literal segments; undefined stands for any one segment. */
  readonly segments: readonly (string | undefined)[];
  /** The names of the parameters, each at its segment's place. */
  readonly params: readonly (string | undefined)[];
  /** Whether anything may follow ("/files/*" also matches "/files"). */
  readonly isOpen: boolean;
}

const PATTERN_LENGTH_MAX = 1_024;
const LITERAL = /^[^\s?#*:;\\]+$/;
const PARAMETER = /^(?::([a-z_][a-z0-9_]{0,63})|\{([a-z_][a-z0-9_]{0,63})\})$/i;
const SEGMENT_WANTED = 'must be made of names, ":parameters" and a last "*"';

/** Compiles a pattern; the failure describes what is wrong with it. */
export function parseRoutePattern(text: string, caseSensitive: boolean): Result<RoutePattern, string> {
  if (!text.startsWith("/") || text.length > PATTERN_LENGTH_MAX)
    return err(`must be a path pattern of at most ${PATTERN_LENGTH_MAX} characters that starts with "/"`);
  const written = text.slice(1).split("/");
  const isOpen = written.at(-1) === "*";
  if (isOpen) written.pop();
  if (written.at(-1) === "") written.pop();
  const segments: (string | undefined)[] = [];
  const params: (string | undefined)[] = [];
  for (const segment of written) {
    const name = readParameter(segment);
    const literal = name === undefined ? parseLiteral(segment, caseSensitive) : ok(undefined);
    if (!literal.ok) return literal;
    if (name !== undefined && params.includes(name)) return err(`must have ":${name}" once`);
    segments.push(literal.value);
    params.push(name);
  }
  return ok(
    Object.freeze({ text, segments: Object.freeze(segments), params: Object.freeze(params), isOpen }),
  );
}

/** The name in ":name" and "{name}". */
function readParameter(segment: string): string | undefined {
  const [, colon, braces] = PARAMETER.exec(segment) ?? [];
  return colon ?? braces;
}

function parseLiteral(segment: string, caseSensitive: boolean): Result<string, string> {
  const advice = findAdvice(segment);
  if (advice !== undefined) return err(advice);
  const literal = toLiteral(segment, caseSensitive);
  return literal === "" ? err(SEGMENT_WANTED) : ok(literal);
}

/** What other products write, and what to write here: the first that fits a segment. */
const ADVICE: readonly (readonly [form: RegExp, toWrite: (segment: string, name: string) => string])[] = [
  [/\?\w+=/, (segment) => `must be a path without a query, in place of ${segment}`],
  [
    /^[^*]*\?/,
    (segment) => `must be two routes where ${segment} may be missing, one with it and one without`,
  ],
  [
    /^[{[<:]*(?:\.\.\.|\*).|^[{:]\w+[*+]\}?$|^\*\*/,
    (segment) => `must end with "/*" for whatever follows, in place of ${segment}`,
  ],
  [
    /^[[<{]+(?:\w+:)?(\w+)[\]>}]+$|^[{:](\w+)[:(<]/,
    (segment, name) => `must write ":${name}" in place of ${segment}`,
  ],
  [/\*/, (segment) => `must have "*" alone and last, or ":name" for one segment, in place of ${segment}`],
  [
    /[{}]|:(?=\w)/,
    (segment) => `must have a parameter alone in its segment, such as ":id", in place of ${segment}`,
  ],
];

function findAdvice(segment: string): string | undefined {
  for (const [form, toWrite] of ADVICE) {
    const found = form.exec(segment);
    if (found !== null)
      return toWrite(JSON.stringify(segment), found.slice(1).find((name) => name !== undefined) ?? "id");
  }
  return undefined;
}

/** A literal segment in the form in which requests' paths are matched, or it would match none; "" when it is none. */
function toLiteral(segment: string, caseSensitive: boolean): string {
  if (!LITERAL.test(segment) || !segment.isWellFormed()) return "";
  const escaped = segment.replace(/[^ -~]+/g, encodeURIComponent);
  const path = toCanonicalPath(`/${escaped}`, { encodedSlash: "keep" });
  return path.ok ? toMatchPath(path.value, caseSensitive).slice(1) : "";
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

/** The segment of a path that fits the pattern, where that has `:name`. Empty segments do not count. */
export function readParam({ params }: RoutePattern, path: string, name: string): string | undefined {
  const at = params.indexOf(name);
  return at === -1 ? undefined : path.split(/\/+/)[at + 1];
}
