// A route that is made of several calls: the paths that it asks for, filled in from its own request, and the one JSON
// object that their answers make.

import { AMBIGUOUS } from "../keys/facts.ts";
import { isForwardable } from "../http/canonical-path.ts";
import { BYTES } from "../http/query.ts";
import { readParam, type RoutePattern } from "../http/path-pattern.ts";

/** "fail": the first part that fails answers for all; the others put null or a problem document in its place. */
export type PartialRule = "fail" | "null" | "problem";

export interface AggregatePart {
  readonly name: string;
  /** With a parameter of the route's path as `{name}`, and one of the request's query as `{query:name}`. */
  readonly path: string;
}

export interface Aggregate {
  readonly parts: readonly AggregatePart[];
  readonly onPartial: PartialRule;
}

const PLACEHOLDER = /\{([^{}]*)\}/g;
const OF_THE_QUERY = /^query:(.+)/;

/** Whether a part's path is one, whatever its parameters are. */
export function isPartPath(path: string): boolean {
  return isForwardable(path.replace(PLACEHOLDER, "x"));
}

/**
 * Whether all parameters are known. A value from the query cannot stand in the path: no encoding can hide a dot
 * segment.
 */
export function hasKnownParameters(path: string, params: readonly string[]): boolean {
  return [...path.matchAll(PLACEHOLDER)].every(
    ({ 1: name = "", index }) =>
      params.includes(name) || (OF_THE_QUERY.test(name) && path.slice(0, index).includes("?")),
  );
}

interface PartRequest {
  readonly pattern: RoutePattern;
  readonly canonicalPath: string;
  readonly query: (name: string) => string | undefined;
}

/** The path of a part's call. No value leaves its segment or its parameter. */
export function toPartPath({ path }: AggregatePart, { pattern, canonicalPath, query }: PartRequest): string {
  return path.replace(PLACEHOLDER, (_, name: string) => {
    const [, parameter] = OF_THE_QUERY.exec(name) ?? [];
    if (parameter === undefined) return encodeSegment(readParam(pattern, canonicalPath, name) ?? "");
    const value = query(parameter) ?? "";
    if (value.startsWith(BYTES)) return value.slice(BYTES.length);
    return value === AMBIGUOUS ? "" : encodeURIComponent(value);
  });
}

/** A value as it stands in the part's path. A segment of a canonical path has its escapes already. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replaceAll("%25", "%");
}

export interface PartAnswer {
  readonly name: string;
  /** undefined: it failed. */
  readonly json: string | undefined;
  /** The problem document that takes its place ("problem"). */
  readonly problem: string;
}

/** The answer's object, as text: every part stays as it was written. */
export function toAggregateBody(answers: readonly PartAnswer[], onPartial: PartialRule): string {
  const fields = answers.map(({ name, json, problem }) => {
    const value = json ?? (onPartial === "problem" ? problem : "null");
    return `${JSON.stringify(name)}:${value}`;
  });
  return `{${fields.join(",")}}`;
}
