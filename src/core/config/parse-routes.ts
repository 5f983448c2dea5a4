// Reads the routes and resolves what they refer to: policies by name, patterns, and whether a cost can ever be met.

import type { AccessList } from "../access/access-list.ts";
import type * as v from "valibot";
import type { Algorithm } from "../algorithms/algorithm.ts";
import { algorithms } from "../algorithms/registry.ts";
import { toVariants } from "../policies/resolve-settings.ts";
import type { OriginPool } from "../origins/origin-pool.ts";
import { parseRoutePattern, type RoutePattern } from "../policies/route-pattern.ts";
import type { Problem } from "../result.ts";
import { routeSchema } from "./config-schema.ts";
import type { Policy, Route } from "./config.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { findNearest } from "./find-nearest.ts";
import type { AggregatePart } from "../batch/aggregate.ts";
import { parseAggregate, type AggregateGiven } from "./parse-aggregate.ts";
import { toRouteShape } from "./route-shape.ts";
import { isObject, parseWith, showGiven } from "./parse-with.ts";
import { LIMIT_MAX } from "./primitives.ts";

export interface RouteContext {
  /** The names that the configuration gives, also of policies that have problems of their own. */
  readonly policyNames: readonly string[];
  readonly policies: ReadonlyMap<string, Policy>;
  readonly poolNames: readonly string[];
  readonly pools: ReadonlyMap<string, OriginPool>;
  /** Of routes that name no other. */
  readonly defaultPool: OriginPool | undefined;
  readonly caseSensitive: boolean;
  /** The gateway's own list. */
  readonly access?: AccessList | undefined;
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
    if (!parsed.ok) problems.push(...parsed.error);
    // References are read also when the shape has problems, so that all are reported at once.
    const given = parsed.ok ? parsed.value : isObject(options) ? options : {};
    const references = parseReferences(given, { ...context, path }, problems);
    const route = parsed.ok
      ? toRoute(parsed.value, { ...references, index, access: context.access })
      : undefined;
    if (route !== undefined) routes.push(route);
  }
  return Object.freeze(routes);
}

interface References {
  /** undefined when there is none that is right. */
  readonly pattern: RoutePattern | undefined;
  readonly policies: readonly Policy[];
  readonly pool: OriginPool | undefined;
  readonly parts: readonly AggregatePart[] | undefined;
}

type RouteGiven = AggregateGiven &
  Readonly<Partial<Record<"policies" | "cost" | "origin" | "auth" | "scopes", unknown>>>;
type RouteAt = RouteContext & { readonly path: string };

function parseReferences(given: RouteGiven, context: RouteAt, problems: Problem[]): References {
  const { path } = context;
  const names: readonly unknown[] = Array.isArray(given.policies) ? given.policies : [];
  const policies = resolvePolicies(names, context, problems);
  if (isCost(given.cost)) {
    const variants = policies.flatMap((policy) => toVariants(policy, toText(given.path)));
    problems.push(...findImpossible(variants, given.cost, path));
  }
  if (isList(given.scopes) && given.auth !== "required") {
    const message = 'must stand beside auth: "required"';
    problems.push({ path: `${path}.scopes`, code: "invalid", message });
  }
  const pool = resolvePool(given.origin, context, problems);
  const parts = parseAggregate(given, path, problems);
  if (typeof given.path !== "string") return { pattern: undefined, policies, pool, parts };
  const pattern = parseRoutePattern(given.path, context.caseSensitive);
  if (pattern.ok) return { pattern: pattern.value, policies, pool, parts };
  const message = `${pattern.error}, received ${showGiven(given.path)}`;
  problems.push({ path: `${path}.path`, code: "invalid", message });
  return { pattern: undefined, policies, pool, parts };
}

function toRoute(
  options: v.InferOutput<typeof routeSchema>,
  {
    pattern,
    policies,
    pool,
    parts,
    index,
    access,
  }: References & { readonly index: number; readonly access: AccessList | undefined },
): Route | undefined {
  if (pattern === undefined) return undefined;
  // What is made of several calls can only be read.
  const written = options.methods ?? (parts === undefined ? undefined : ["GET"]);
  const methods = written === undefined ? undefined : new Set(written);
  const name = methods === undefined ? options.path : `${[...methods].join(",")} ${options.path}`;
  const lists = [access, options.access].filter((list) => list !== undefined);
  return deepFreeze({
    index,
    name,
    path: options.path,
    pattern,
    methods,
    hosts: options.hosts === undefined ? undefined : new Set(options.hosts),
    policies,
    hasVariants: policies.some(({ contexts, tiers }) => contexts.length > 0 || tiers.size > 0),
    cost: options.cost,
    cache: options.cache,
    pool,
    timeoutMs: options.timeout,
    bodyTimeoutMs: options.bodyTimeout ?? Infinity,
    totalTimeoutMs: options.totalTimeout ?? Infinity,
    auth: options.auth,
    scopes: options.scopes,
    forwardCredential: options.forwardCredential,
    access: lists,
    isOpen: options.auth === "none" && lists.length === 0,
    stripPrefix: options.stripPrefix ?? "",
    shape: toRouteShape(options),
    aggregate: parts && { parts, onPartial: options.onPartial },
  });
}

const isList = (value: unknown): boolean => Array.isArray(value) && value.length > 0;

function resolvePool(
  name: unknown,
  { pools, poolNames, defaultPool, path }: RouteAt,
  problems: Problem[],
): OriginPool | undefined {
  if (typeof name !== "string") return defaultPool;
  if (!poolNames.includes(name)) {
    const nearest = findNearest(name, poolNames);
    const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
    const message = `must name an origin pool, received ${showGiven(name)}${hint}`;
    problems.push({ path: `${path}.origin`, code: "unknown-pool", message });
  }
  return pools.get(name);
}

/** What is no text is a problem of the shape and has been reported. */
function resolvePolicies(
  names: readonly unknown[],
  { policies, policyNames, path }: RouteAt,
  problems: Problem[],
): readonly Policy[] {
  const resolved: Policy[] = [];
  for (const [index, name] of names.entries()) {
    if (typeof name !== "string") continue;
    const at = `${path}.policies.${index}`;
    const policy = policies.get(name);
    if (names.indexOf(name) !== index) {
      const message = `must name each policy once, received ${showGiven(name)} again`;
      problems.push({ path: at, code: "duplicate", message });
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

/** Whatever else stands there is a problem of the shape, or no number before there is a request. */
const isCost = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= LIMIT_MAX;

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

/** A path that is no text is a problem of its own, and no route's. */
const toText = (value: unknown): string => (typeof value === "string" ? value : "");
