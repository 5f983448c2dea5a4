// Reads the paths of the calls that a route is made of, with the parameters of its own path.

import { type AggregatePart, hasKnownParameters, isPartPath } from "./aggregate.ts";
import type { Problem } from "../result.ts";
import { NAME, NAME_WANTED } from "../schema/primitives.ts";
import { toEntries } from "../schema/list-of.ts";
import { isObject, toInvalid } from "../schema/parse-with.ts";

const PATH_WANTED = 'must be a path in its canonical form such as "/users/{id}", with a query if need be';

/** The parts as a route has them, and what belongs to them. */
export interface AggregateGiven {
  readonly methods?: unknown;
  readonly cache?: unknown;
  readonly aggregate?: unknown;
  readonly bodyBytesMax?: unknown;
}

interface RouteAt {
  /** The route's place in the configuration. */
  readonly path: string;
  /** The parameters of its own path. */
  readonly params: readonly string[];
}

/** Parses the parts of a route; undefined where it has none. Problems are added to `problems`. */
export function parseAggregate(
  { methods, cache, aggregate, bodyBytesMax }: AggregateGiven,
  { path, params }: RouteAt,
  problems: Problem[],
): readonly AggregatePart[] | undefined {
  if (!isObject(aggregate)) return undefined;
  const report = (at: string, message: string): void => {
    problems.push({ path: `${path}.${at}`, code: "invalid", message });
  };
  if (cache !== undefined)
    report("cache", "must not stand beside aggregate: its parts have their own routes' caches");
  if (bodyBytesMax !== undefined)
    report("bodyBytesMax", "can have no effect beside aggregate, which takes no body");
  if (toEntries(methods).some((method) => method !== "GET" && method !== "HEAD"))
    report("methods", "must be GET and HEAD alone beside aggregate");
  return Object.entries(aggregate).map(([name, given]) => {
    const at = `${path}.aggregate.${name}`;
    const part = typeof given === "string" ? given : "";
    if (!NAME.test(name)) problems.push(toInvalid(at, { wanted: NAME_WANTED, given: name }));
    if (!isPartPath(part)) problems.push(toInvalid(at, { wanted: PATH_WANTED, given }));
    else if (!hasKnownParameters(part, params)) {
      const known = params.join(", ") || "it has none";
      const wanted = `must use parameters of the route's path (${known}), and {query:name} in a query`;
      problems.push(toInvalid(at, { wanted, given, code: "unknown-parameter" }));
    }
    return { name, path: part };
  });
}
