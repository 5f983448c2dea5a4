// Reads the paths of the calls that a route is made of, with the parameters of its own path.

import { type AggregatePart, parsePartPath, toParameterPlaces } from "../batch/aggregate.ts";
import type { Problem } from "../result.ts";
import { NAME, NAME_WANTED } from "./config-schema.ts";
import { isObject, showGiven } from "./parse-with.ts";

/** What a route says of them and beside them. */
export interface AggregateGiven {
  readonly path?: unknown;
  readonly methods?: unknown;
  readonly cache?: unknown;
  readonly aggregate?: unknown;
}

/** undefined where the route has none; problems are added to `problems`. */
export function parseAggregate(
  { path: pattern, methods, cache, aggregate }: AggregateGiven,
  path: string,
  problems: Problem[],
): readonly AggregatePart[] | undefined {
  if (!isObject(aggregate)) return undefined;
  const report = (at: string, message: string, code = "invalid"): void => {
    problems.push({ path: `${path}.${at}`, code, message });
  };
  if (cache !== undefined)
    report("cache", "must not stand beside aggregate: its parts have their own routes' caches");
  if (Array.isArray(methods) && methods.some((method) => method !== "GET" && method !== "HEAD"))
    report("methods", "must be GET and HEAD alone beside aggregate");
  const places = toParameterPlaces(typeof pattern === "string" ? pattern : "");
  return Object.entries(aggregate).flatMap(([name, template]) => {
    const at = `aggregate.${name}`;
    if (!NAME.test(name)) report(at, `${NAME_WANTED}, received ${showGiven(name)}`);
    const pieces = parsePartPath(typeof template === "string" ? template : "", places);
    if (pieces.ok) return [{ name, pieces: pieces.value }];
    const { isUnknown, message } = pieces.error;
    const code = isUnknown ? "unknown-parameter" : "invalid";
    report(at, `${message}, received ${showGiven(template)}`, code);
    return [];
  });
}
