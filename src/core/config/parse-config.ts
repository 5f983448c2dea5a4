// unknown -> one frozen, complete Config, or every problem at once. The start, the deploy and the Worker's first moment
// all go through here; nothing later checks again.

import type * as v from "valibot";
import type { ParsedBatch } from "../batch/batch-schema.ts";
import type { Policy } from "../policies/policy.ts";
import { haveVariants } from "../policies/pick-variants.ts";
import { toMatchPath } from "../http/canonical-path.ts";
import { toBelowPattern } from "../http/own-paths.ts";
import { err, ok, type Problem, type Result } from "../result.ts";
import type { OriginPool } from "../origins/origin-pool.ts";
import { configSchema } from "./config-schema.ts";
import { NAME } from "../schema/primitives.ts";
import { ATTEMPTS_POLICY, PREFLIGHTS, PREFLIGHTS_POLICY, toAddressPolicy } from "./address-policy.ts";
import type { Batches, Config } from "./config.ts";
import { parseBatchPolicies } from "./parse-batch-policies.ts";
import { deepFreeze } from "../schema/deep-freeze.ts";
import { findNearest } from "../schema/find-nearest.ts";
import type { OwnFunctions } from "../functions/own-function.ts";
import { parseNamedFunctions } from "./parse-named-functions.ts";
import { parseOrigin } from "../origins/parse-origin.ts";
import { STAND_IN_INDEX } from "../policies/limited-route.ts";
import { parsePolicies } from "../policies/parse-policies.ts";
import { parsePools } from "../origins/parse-pools.ts";
import { parseRoutes, type RouteContext, toUnknownPool } from "../routes/parse-routes.ts";
import type { Route } from "../routes/route.ts";
import type { NamedPolicies } from "../policies/find-named-policies.ts";
import { findPortalProblems } from "../portal/portal-settings.ts";
import { toReputation } from "../reputation/reputation-settings.ts";
import { toStatsSettings } from "../stats/stats-settings.ts";
import { findTierProblems } from "../policies/parse-tiers.ts";
import { isObject, parseWith, toInvalid } from "../schema/parse-with.ts";

/** The deployment's variables, which go before the configuration file. "" and undefined leave it as it is. */
export interface ConfigVars {
  readonly ORIGIN_URL?: unknown;
  /** A whole number from 1 to 1,000, also as text: multiplies every limit and burst, as the sandbox environment does. */
  readonly LIMIT_FACTOR?: unknown;
}

const LIMIT_FACTOR_MAX = 1_000;

/**
 * `path` of a problem is dotted from the configuration's root ("routes.0.cost"), or names a variable ("vars.ORIGIN_URL").
 * Sets and Maps in the Config are read-only by type; everything else is frozen.
 */
export function parseConfig(
  input: unknown,
  vars: ConfigVars = {},
  /** Those of the file that is deployed, for a configuration that came over the wire: it has none of its own. */
  deployed?: OwnFunctions,
): Result<Config> {
  const parsed = parseWith(configSchema, input);
  if (!parsed.ok && !isObject(input)) return parsed;
  // Policies and routes are read also when the rest has problems, so that all are reported at once.
  const given = input as Readonly<Record<string, unknown>>;
  const problems: Problem[] = parsed.ok ? [] : [...parsed.error];
  // Pools name policies, and are reported before them.
  const later: Problem[] = [];
  const limitFactor = parseLimitFactor(vars.LIMIT_FACTOR, later);
  const caseSensitive = given["caseSensitive"] === true;
  const rawPolicies = isObject(given["policies"]) ? given["policies"] : {};
  const rawRoutes = toList(given["routes"]);
  const policyNames = Object.keys(rawPolicies);
  later.push(...findTierProblems(given["tiers"], policyNames));
  const policies = parsePolicies(
    rawPolicies,
    { limitFactor, tiers: given["tiers"], routePaths: toPaths(rawRoutes) },
    later,
  );
  const named = { policyNames, policies };
  const origins = parseOrigins(given, { vars, named }, problems);
  problems.push(...later);
  const batchPolicies = parseBatchPolicies(given["batch"], named, problems);
  const context = { ...named, ...origins, caseSensitive, ...toRouteDefaults(parsed) };
  const routes = parseRoutes(rawRoutes, context, problems);
  const functions = parseNamedFunctions(
    given,
    { deployed, policies, pools: origins.pools, routes },
    problems,
  );
  if (parsed.ok) {
    const known = { policies: policyNames, tiers: toTierNames(given) };
    problems.push(...findOwnPaths(routes, parsed.value), ...findPortalProblems(parsed.value.portal, known));
  }
  if (!parsed.ok || origins.origin === undefined || problems.length > 0) return err(problems);
  const { name, encodedSlash, mergeSlashes, headers, headerBytesMax, requestTimeout } = parsed.value;
  const { log, admin, batch, counters, auth, alerts, access, cors, errors, portal } = parsed.value;
  return ok(
    Object.freeze({
      origin: origins.origin,
      pools: Object.freeze([...origins.pools.values()]),
      name,
      caseSensitive,
      encodedSlash,
      mergeSlashes,
      headers: Object.freeze(headers),
      headerBytesMax,
      requestTimeoutMs: requestTimeout,
      ...deepFreeze({ log, alerts, access, cors, errors, portal }),
      admin: Object.freeze({ ...admin, below: Object.freeze(toBelowPattern(admin.prefix)) }),
      batch: batch && deepFreeze(toBatches(batch, batchPolicies, context)),
      counters: Object.freeze(counters),
      auth: deepFreeze(auth),
      stats: deepFreeze(toStatsSettings(parsed.value.stats)),
      reputation: toReputation(parsed.value.reputation, caseSensitive),
      preflights: toAddressPolicy(PREFLIGHTS_POLICY, PREFLIGHTS),
      attempts: toAddressPolicy(ATTEMPTS_POLICY, toAttempts(auth)),
      policies: Object.freeze([...policies.values()]),
      functions,
      tiers: Object.freeze(toTierNames(given)),
      routes,
    }),
  );
}

const toTierNames = ({ tiers }: Readonly<Record<string, unknown>>): readonly string[] =>
  Object.keys(isObject(tiers) ? tiers : {});

const toAttempts = ({ attempts }: Config["auth"]): Parameters<typeof toAddressPolicy>[1] => ({
  limit: attempts.limit,
  windowMs: attempts.window,
});

type Parsed = ReturnType<typeof parseWith<typeof configSchema>>;

/** Of a configuration with problems nothing is used. */
function toRouteDefaults(
  parsed: Parsed,
): Pick<RouteContext, "access" | "cors" | "denied" | "errors" | "requestTimeoutMs"> {
  if (!parsed.ok) return { access: undefined, requestTimeoutMs: 0 };
  const { access, cors, denied, errors, requestTimeout } = parsed.value;
  return { access, cors, denied, errors, requestTimeoutMs: requestTimeout };
}

function toBatches(
  { policies: _names, cost, ...settings }: ParsedBatch,
  policies: readonly Policy[],
  { access, denied }: Pick<RouteContext, "access" | "denied">,
): Batches {
  const hasVariants = haveVariants(policies);
  const limited = { index: STAND_IN_INDEX.batches, path: settings.path, policies, hasVariants, cost, denied };
  return { ...settings, limited, access: access === undefined ? [] : [access] };
}

/** Routes that no request ever takes: the gateway answers there itself. */
function findOwnPaths(
  routes: readonly Route[],
  {
    admin: { prefix },
    batch,
    caseSensitive,
  }: Pick<v.InferOutput<typeof configSchema>, "admin" | "batch" | "caseSensitive">,
): readonly Problem[] {
  const below = toBelowPattern(prefix);
  const own = routes.filter(({ pattern: { segments, isOpen } }) => {
    const path = `/${segments.map((literal) => literal ?? ":").join("/")}`;
    return (
      below.test(path) || (!isOpen && batch !== undefined && path === toMatchPath(batch.path, caseSensitive))
    );
  });
  const message = "must not be one of the gateway's own: no request there takes a route";
  return own.map(({ index }) => ({ path: `routes.${index}.path`, code: "invalid", message }));
}

function toList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function toPaths(routes: readonly unknown[]): readonly string[] {
  return routes.flatMap((route) =>
    isObject(route) && typeof route["path"] === "string" ? [route["path"]] : [],
  );
}

interface Origins {
  /** undefined when the configuration's or the variable's is wrong. */
  readonly origin: string | undefined;
  readonly poolNames: readonly string[];
  readonly pools: ReadonlyMap<string, OriginPool>;
  readonly defaultPool: OriginPool | undefined;
}

function parseOrigins(
  given: Readonly<Record<string, unknown>>,
  { vars: { ORIGIN_URL: variable }, named }: { readonly vars: ConfigVars; readonly named: NamedPolicies },
  problems: Problem[],
): Origins {
  const rawPools = isObject(given["origins"]) ? given["origins"] : {};
  const poolNames = Object.keys(rawPools);
  const pools = parsePools(rawPools, named, problems);
  const origin = isSet(variable)
    ? parseOriginOrPool(variable, "vars.ORIGIN_URL", poolNames)
    : parseOriginOrPool(given["origin"], "origin", poolNames);
  if (origin.ok) return { origin: origin.value, poolNames, pools, defaultPool: pools.get(origin.value) };
  problems.push(...origin.error);
  return { origin: undefined, poolNames, pools, defaultPool: undefined };
}

/** One origin, or the name of a pool: no URL is written like a name, and "zone" is no pool's. */
function parseOriginOrPool(value: unknown, path: string, poolNames: readonly string[]): Result<string> {
  if (typeof value !== "string" || !NAME.test(value)) return parseOrigin(value, path);
  if (poolNames.includes(value)) return ok(value);
  const origin = parseOrigin(value, path);
  if (origin.ok || findNearest(value, poolNames) === undefined) return origin;
  return err([toUnknownPool(path, value, poolNames)]);
}

function parseLimitFactor(value: unknown, problems: Problem[]): number {
  if (!isSet(value)) return 1;
  // wrangler.toml can have a variable as text or as a number.
  const text = typeof value === "string" || typeof value === "number" ? String(value) : "";
  const factor = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (factor >= 1 && factor <= LIMIT_FACTOR_MAX) return factor;
  const wanted = `must be a whole number from 1 to ${LIMIT_FACTOR_MAX}`;
  problems.push(toInvalid("vars.LIMIT_FACTOR", { wanted, given: value }));
  return 1;
}

const isSet = (value: unknown): boolean => value !== undefined && value !== "";
