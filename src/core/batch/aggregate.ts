// A route that is made of several calls: the paths that it asks for, filled in from its own request, and the one JSON
// object that their answers make.

import { toCanonicalPath } from "../http/canonical-path.ts";
import { AMBIGUOUS } from "../keys/facts.ts";
import { err, ok, type Result } from "../result.ts";

/** "fail": the first part that fails answers for all; the others put null or a problem document in its place. */
export type PartialRule = "fail" | "null" | "problem";

/** What stands in a path as it is, the place of a segment of the request's path, or a parameter of its query. */
export type PartPiece = string | number | { readonly query: string };

export interface AggregatePart {
  readonly name: string;
  readonly pieces: readonly PartPiece[];
}

export interface Aggregate {
  readonly parts: readonly AggregatePart[];
  readonly onPartial: PartialRule;
}

const TEMPLATE_LENGTH_MAX = 1_024;
const PLACEHOLDER = /\{([^{}]*)\}/;
const QUERY = "query:";

interface TemplateProblem {
  /** It has a parameter that nobody knows. */
  readonly isUnknown: boolean;
  readonly message: string;
}

/** `names` are the pattern's parameters by the places of their segments. */
export function parsePartPath(
  text: string,
  names: ReadonlyMap<string, number>,
): Result<readonly PartPiece[], TemplateProblem> {
  const written = text.split(PLACEHOLDER);
  const sample = written.map((piece, at) => (at % 2 === 0 ? piece : "x")).join("");
  if (!isPath(sample) || text.length > TEMPLATE_LENGTH_MAX) {
    const message = 'must be a path in its canonical form such as "/users/{id}", with a query if need be';
    return err({ isUnknown: false, message });
  }
  const pieces: PartPiece[] = [];
  for (const [at, piece] of written.entries()) {
    const isInQuery = written.slice(0, at).some((before, place) => place % 2 === 0 && before.includes("?"));
    const read = at % 2 === 0 ? piece : toPlace(piece, names, isInQuery);
    if (read === undefined) {
      const known = [...names.keys()].join(", ");
      const message = `must use parameters of the route's path (${known || "it has none"}), and {query:name} in a query`;
      return err({ isUnknown: true, message });
    }
    if (read !== "") pieces.push(read);
  }
  return ok(pieces);
}

/** A value from the query may be a dot segment, which no encoding can hide: it cannot stand in a path. */
function toPlace(
  name: string,
  names: ReadonlyMap<string, number>,
  isInQuery: boolean,
): PartPiece | undefined {
  if (isInQuery && name.startsWith(QUERY) && name.length > QUERY.length)
    return { query: name.slice(QUERY.length) };
  return names.get(name);
}

function isPath(text: string): boolean {
  const [path = "", ...query] = text.split("?");
  if (!path.startsWith("/") || !/^[!"$-z|~]*$/.test(text) || query.join("").includes("\\")) return false;
  const canonical = toCanonicalPath(path, { encodedSlash: "reject" });
  return canonical.ok && canonical.value === path;
}

/** The parameters of a route's path pattern, by the places of their segments. */
export function toParameterPlaces(pattern: string): ReadonlyMap<string, number> {
  const segments = pattern.slice(1).split("/");
  return new Map(
    segments.flatMap((segment, at) => (segment.startsWith(":") ? [[segment.slice(1), at] as const] : [])),
  );
}

/** What a part asks for. No value leaves its segment or its parameter. */
export function toPartPath(
  { pieces }: AggregatePart,
  {
    canonicalPath,
    query,
  }: { readonly canonicalPath: string; readonly query: (name: string) => string | undefined },
): string {
  const segments = canonicalPath.slice(1).split("/");
  return pieces
    .map((piece) => {
      if (typeof piece === "string") return piece;
      if (typeof piece === "number") return encodeSegment(segments[piece] ?? "");
      const value = query(piece.query);
      return value === undefined || value === AMBIGUOUS ? "" : encodeURIComponent(value);
    })
    .join("");
}

/** A segment of a canonical path is ASCII, no dot segment, and has its escapes already. */
function encodeSegment(segment: string): string {
  return segment.replace(
    /[^\w.~%-]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

export interface PartAnswer {
  readonly name: string;
  /** undefined: it failed. */
  readonly json: string | undefined;
  /** What stands in its place by "problem". */
  readonly problem: string;
}

/** The object, as text: every part stays as it was written. */
export function toAggregateBody(answers: readonly PartAnswer[], onPartial: PartialRule): string {
  const fields = answers.map(({ name, json, problem }) => {
    const value = json ?? (onPartial === "problem" ? problem : "null");
    return `${JSON.stringify(name)}:${value}`;
  });
  return `{${fields.join(",")}}`;
}
