// Reads the routes and resolves what they refer to: policies by name, patterns, and whether a cost can ever be met.

import type { AccessList } from "../access/access-list.ts";
import { findHandOverProblems } from "../handover/hand-over-settings.ts";
import { findPrivateProblems } from "../cache/private-use.ts";
import type { CorsRule } from "../cors/cors-settings.ts";
import type * as v from "valibot";
import { haveVariants, toVariants } from "../policies/pick-variants.ts";
import type { OriginPool } from "../origins/origin-pool.ts";
import { parseRoutePattern, type RoutePattern } from "../http/path-pattern.ts";
import type { Problem } from "../result.ts";
import { toHostRule } from "./host-rule.ts";
import { findFixedProblems } from "./fixed-answer.ts";
import {
  findAuthenticationProblems,
  findFunctionProblems,
  toOwnAuthentication,
} from "./own-authentication.ts";
import { findRetirementProblems, toRetirement } from "./retirement.ts";
import { routeSchema } from "./route-schema.ts";
import { findVainLinks, toRouteLinks } from "./route-links.ts";
import type { Route } from "./route.ts";
import { toReading } from "./route-reading.ts";
import { isPermit, type Policy } from "../policies/policy.ts";
import { deepFreeze } from "../schema/deep-freeze.ts";
import type { AggregatePart } from "../batch/aggregate.ts";
import { parseAggregate, type AggregateGiven } from "../batch/parse-aggregate.ts";
import { findFieldProblems, toRouteFields } from "../shape/field-changes.ts";
import { toRouteShape } from "../shape/route-shape.ts";
import { toEntries } from "../schema/list-of.ts";
import { isObject, parseWith, toInvalid } from "../schema/parse-with.ts";
import type { ErrorsRule } from "../errors/registry.ts";
import { profiles } from "../feedback/profiles/registry.ts";
import type { Profile } from "../feedback/reading.ts";
import { webhookProfiles } from "../webhooks/profiles/registry.ts";
import type { WebhookProfile } from "../webhooks/webhook-profile.ts";
import { findWebhookProblems, type WebhookSettings } from "../webhooks/webhook-settings.ts";
import type { DeniedAnswer } from "../policies/denied-answer.ts";
import { findImpossible, type NamedPolicies, findNamedPolicies } from "../policies/find-named-policies.ts";

export interface RouteContext extends NamedPolicies {
  readonly poolNames: readonly string[];
  readonly pools: ReadonlyMap<string, OriginPool>;
  /** The pool of routes that name no other. */
  readonly defaultPool: OriginPool | undefined;
  readonly caseSensitive: boolean;
  /** The gateway's own list. */
  readonly access?: AccessList | undefined;
  /** The gateway's, for routes that have none of their own. */
  readonly cors?: CorsRule | undefined;
  /** The gateway's, for routes that have none of their own. */
  readonly denied?: DeniedAnswer | undefined;
  /** The gateway's, for routes that have none of their own and whose pool has no API's profile. */
  readonly errors?: ErrorsRule | undefined;
  /** Of routes that say no other. */
  readonly requestTimeoutMs: number;
}

/** The routes in order; problems are added to `problems`. */
export function parseRoutes(
  input: readonly unknown[],
  context: RouteContext,
  problems: Problem[],
): readonly Route[] {
  const routes: Route[] = [];
  const { cors = "origin" } = context;
  for (const [index, options] of input.entries()) {
    const path = `routes.${index}`;
    const parsed = parseWith(routeSchema, options, path);
    if (!parsed.ok) problems.push(...parsed.error);
    // References are read also when the shape has problems, so that all are reported at once.
    const given = isObject(options) ? options : {};
    const references = parseReferences(parsed.ok ? parsed.value : given, { ...context, path }, problems);
    if (parsed.ok) problems.push(...findTogether(parsed.value, { given, pool: references.pool, path }));
    const route = parsed.ok
      ? toRoute({ ...parsed.value, cors: parsed.value.cors ?? cors }, { ...references, index, context })
      : undefined;
    if (route !== undefined) routes.push(route);
  }
  return Object.freeze(routes);
}

/** What cannot stand together. */
function findTogether(
  options: v.InferOutput<typeof routeSchema>,
  {
    given,
    pool,
    path,
  }: { readonly given: object; readonly pool: OriginPool | undefined; readonly path: string },
): readonly Problem[] {
  const { cache, auth, webhook, handOver, respond } = options;
  return [
    ...findVainLinks(options, { pool, path }),
    ...(cache === undefined ? [] : findPrivateProblems(cache, { auth, path })),
    ...(handOver === undefined ? [] : findHandOverProblems(options, path)),
    ...(webhook === undefined ? [] : findWebhookProblems(webhook, given, path)),
    ...(respond === undefined ? [] : findFixedProblems(respond, given, path)),
    ...findRetirementProblems(options, path),
    ...findAuthenticationProblems(options, path),
    ...findFunctionProblems(options, path),
    ...findFieldProblems(options, path),
  ];
}

interface References {
  /** undefined when there is none that is right. */
  readonly pattern: RoutePattern | undefined;
  readonly policies: readonly Policy[];
  readonly pool: OriginPool | undefined;
  readonly parts: readonly AggregatePart[] | undefined;
}

type RouteGiven = AggregateGiven &
  Readonly<Partial<Record<"path" | "policies" | "cost" | "origin" | "auth" | "scopes", unknown>>>;
type RouteAt = RouteContext & { readonly path: string };

function parseReferences(given: RouteGiven, context: RouteAt, problems: Problem[]): References {
  const { path } = context;
  const policies = findNamedPolicies(given.policies, context, problems);
  const variants = policies.flatMap((policy) => toVariants(policy, toText(given.path)));
  problems.push(...findImpossible(variants, given.cost, path));
  if (toEntries(given.scopes).length > 0 && given.auth !== "required") {
    const message = 'must stand beside auth: "required"';
    problems.push({ path: `${path}.scopes`, code: "invalid", message });
  }
  const pool = resolvePool(given.origin, context, problems);
  const pattern = parseRoutePattern(toText(given.path), context.caseSensitive);
  const params = pattern.ok ? pattern.value.params.filter((name) => name !== undefined) : [];
  const parts = parseAggregate(given, { path, params }, problems);
  if (pattern.ok) return { pattern: pattern.value, policies, pool, parts };
  if (typeof given.path === "string")
    problems.push(toInvalid(`${path}.path`, { wanted: pattern.error, given: given.path }));
  return { pattern: undefined, policies, pool, parts };
}

function toRoute(
  options: v.InferOutput<typeof routeSchema> & { readonly cors: CorsRule },
  {
    pattern,
    policies,
    pool,
    parts,
    index,
    context,
  }: References & { readonly index: number; readonly context: RouteContext },
): Route | undefined {
  if (pattern === undefined) return undefined;
  // What is made of several calls can only be read.
  const written = options.methods ?? toOwnMethods(parts, options.webhook);
  const methods = written === undefined ? undefined : new Set(written);
  const name = methods === undefined ? options.path : `${[...methods].join(",")} ${options.path}`;
  const own = options.access && { ...options.access, path: `routes.${index}.access` };
  const lists = [context.access, own].filter((list) => list !== undefined);
  return deepFreeze({
    index,
    name,
    path: options.path,
    pattern,
    methods,
    hosts: options.hosts === undefined ? undefined : toHostRule(options.hosts),
    policies,
    hasVariants: haveVariants(policies),
    cost: options.cost,
    ...toRefusals(options, { pool, context }),
    cache: options.cache,
    pool,
    credential: options.credential,
    priority: options.priority,
    whenLimited: options.whenLimited,
    ...toTimeouts(options, context),
    bodyBytesMax: options.bodyBytesMax ?? Infinity,
    hasPermits: hasPermits(policies, pool),
    ...toReading(options.cost, policies, pool),
    auth: options.auth,
    authenticate: toOwnAuthentication(options.authenticate),
    scopes: options.scopes,
    forwardCredential: options.forwardCredential,
    access: lists,
    cors: options.cors,
    isOpen: options.auth === "none" && lists.length === 0,
    stripPrefix: options.stripPrefix ?? "",
    shape: toRouteShape(options),
    links: toRouteLinks(options, pool),
    ...toRouteFields(options),
    requestFunction: options.request.function,
    answerFunction: options.response.function,
    retirement: toRetirement(options),
    respond: options.respond,
    webhook: options.webhook,
    handOver: options.handOver,
    aggregate: parts && { parts, onPartial: options.onPartial },
  });
}

/** The methods of a route that no origin answers. */
function toOwnMethods(
  parts: References["parts"],
  webhook: WebhookSettings | undefined,
): readonly string[] | undefined {
  if (webhook === undefined) return parts === undefined ? undefined : ["GET"];
  const { asksByGet }: WebhookProfile = webhookProfiles[webhook.profile];
  return asksByGet === true ? ["GET", "POST"] : ["POST"];
}

function toTimeouts(
  { timeout, requestTimeout, bodyTimeout, totalTimeout }: v.InferOutput<typeof routeSchema>,
  { requestTimeoutMs }: RouteContext,
): Pick<Route, "timeoutMs" | "requestTimeoutMs" | "bodyTimeoutMs" | "totalTimeoutMs"> {
  return {
    timeoutMs: timeout,
    requestTimeoutMs: requestTimeout ?? requestTimeoutMs,
    bodyTimeoutMs: bodyTimeout ?? Infinity,
    totalTimeoutMs: totalTimeout ?? Infinity,
  };
}

function toRefusals(
  { denied, errors }: v.InferOutput<typeof routeSchema>,
  { pool, context }: { readonly pool: OriginPool | undefined; readonly context: RouteContext },
): Pick<Route, "denied" | "errors"> {
  return { denied: denied ?? context.denied, errors: errors ?? toErrors(pool, context) };
}

/** Whoever calls an API through a pool of its profile has that API's client. */
function toErrors(pool: OriginPool | undefined, { errors = "problem" }: RouteContext): ErrorsRule {
  if (pool?.feedback === undefined) return errors;
  const profile: Profile = profiles[pool.feedback.profile];
  return profile.errors ?? errors;
}

function hasPermits(policies: readonly Policy[], pool: OriginPool | undefined): boolean {
  const counted = [...policies, ...(pool?.outbound?.limited.policies ?? [])];
  return counted.some(isPermit);
}

function resolvePool(
  name: unknown,
  { pools, poolNames, defaultPool, path }: RouteAt,
  problems: Problem[],
): OriginPool | undefined {
  if (typeof name !== "string") return defaultPool;
  if (!poolNames.includes(name)) {
    problems.push(toUnknownPool(`${path}.origin`, name, poolNames));
  }
  return pools.get(name);
}

export function toUnknownPool(path: string, given: string, known: readonly string[]): Problem {
  return toInvalid(path, { wanted: "must name an origin pool", given, code: "unknown-pool", known });
}

/** A path that is no text is a problem of its own, and no route's. */
const toText = (value: unknown): string => (typeof value === "string" ? value : "");
