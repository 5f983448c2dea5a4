// Reads the routes and resolves what they refer to: policies by name, patterns, and whether a cost can ever be met.

import type * as v from "valibot";
import type { Algorithm } from "../algorithms/algorithm.ts";
import { algorithms } from "../algorithms/registry.ts";
import { parseRoutePattern } from "../policies/route-pattern.ts";
import type { Problem } from "../result.ts";
import { routeSchema } from "./config-schema.ts";
import type { Policy, Route } from "./config.ts";
import { findNearest } from "./find-nearest.ts";
import { parseWith, showGiven } from "./parse-with.ts";

export interface RouteContext {
  /** The names that the configuration gives, also of policies that have problems of their own. */
  readonly policyNames: readonly string[];
  readonly policies: ReadonlyMap<string, Policy>;
  readonly caseSensitive: boolean;
}

/** The routes in order; problems are added to `problems`. */
export function parseRoutes(
  input: readonly unknown[],
  context: RouteContext,
  problems: Problem[],
): readonly Route[] {
  const routes: Route[] = [];
  for (const [index, options] of input.entries()) {
    const path = `routes.${index}`;
    const parsed = parseWith(routeSchema, options, path);
    if (!parsed.ok) {
      problems.push(...parsed.error);
      continue;
    }
    const route = toRoute(parsed.value, { ...context, path }, problems);
    if (route !== undefined) routes.push(route);
  }
  return Object.freeze(routes);
}

function toRoute(
  options: v.InferOutput<typeof routeSchema>,
  context: RouteContext & { readonly path: string },
  problems: Problem[],
): Route | undefined {
  const { path, caseSensitive } = context;
  const pattern = parseRoutePattern(options.path, caseSensitive);
  if (!pattern.ok) {
    const message = `${pattern.error}, received ${showGiven(options.path)}`;
    problems.push({ path: `${path}.path`, code: "invalid", message });
    return undefined;
  }
  const policies = resolvePolicies(options.policies, context, problems);
  problems.push(...findImpossible(policies, options.cost, path));
  const methods = options.methods === undefined ? undefined : new Set(options.methods);
  const name = methods === undefined ? options.path : `${[...methods].join(",")} ${options.path}`;
  return Object.freeze({
    name,
    pattern: pattern.value,
    methods,
    hosts: options.hosts === undefined ? undefined : new Set(options.hosts),
    policies: Object.freeze(policies),
    cost: options.cost,
    cache: options.cache,
    timeoutMs: options.timeout,
  });
}

function resolvePolicies(
  names: readonly string[],
  { policies, policyNames, path }: RouteContext & { readonly path: string },
  problems: Problem[],
): Policy[] {
  const resolved: Policy[] = [];
  for (const [index, name] of names.entries()) {
    const at = `${path}.policies.${index}`;
    const policy = policies.get(name);
    if (names.indexOf(name) !== index) {
      problems.push({
        path: at,
        code: "duplicate",
        message: `must name each policy once, received ${showGiven(name)} again`,
      });
    } else if (policy !== undefined) {
      resolved.push(policy);
    } else if (!policyNames.includes(name)) {
      const nearest = findNearest(name, policyNames);
      const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
      const message = `must name a policy, received ${showGiven(name)}${hint}`;
      problems.push({ path: at, code: "unknown-policy", message });
    }
  }
  return resolved;
}

/** A cost that no state of a policy can meet would refuse every request of the route. */
function findImpossible(policies: readonly Policy[], cost: number, path: string): readonly Problem[] {
  const problems: Problem[] = [];
  for (const policy of policies) {
    const algorithm = algorithms[policy.algorithm] as Algorithm<unknown, unknown>;
    if (algorithm.decide(policy.settings, undefined, { nowMs: 0, cost }).outcome !== "impossible") continue;
    const message = `must be within what policy "${policy.name}" can ever admit, received ${cost}`;
    problems.push({ path: `${path}.cost`, code: "impossible-cost", message });
  }
  return problems;
}
