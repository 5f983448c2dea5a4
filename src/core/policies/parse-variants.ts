// Reads the other limits that a policy may have: for tiers, and for methods, countries and routes. Each becomes a complete
// policy of the same name and key, so that nothing is put together while a request waits.

import * as v from "valibot";
import { methodName } from "../http/methods.ts";
import { toOfferedTerms } from "../leases/lease-terms.ts";
import type { Problem, Result } from "../result.ts";
import type { ParsedLimits } from "./parse-limits.ts";
import type { Policy, PolicyVariant } from "./policy.ts";
import { listOf } from "../schema/list-of.ts";
import { isObject, object, parseWith, toInvalid } from "../schema/parse-with.ts";
import { country, textLike } from "../schema/primitives.ts";

/** The options that other limits may change. Everything else of a policy stays. */
const LIMIT_OPTIONS = ["limit", "burst", "window"] as const;
const VARIANTS_MAX = 20;

const limitOptions = {
  limit: v.optional(v.unknown()),
  burst: v.optional(v.unknown()),
  window: v.optional(v.unknown()),
};
/** One of a policy's `limits`: whom it is for, and what it changes. */
export const variantEntries = {
  methods: v.optional(listOf(methodName, "method")),
  countries: v.optional(listOf(country, "country")),
  routes: v.optional(listOf(textLike(/^\//, "must be a route's path, as it is written there"), "route")),
  ...limitOptions,
};
const variantSchema = v.pipe(
  object(variantEntries),
  v.check(
    ({ methods, countries, routes }) => (methods ?? countries ?? routes) !== undefined,
    "must say for which methods, countries or routes it is",
  ),
);
const tierSchema = object({ ...limitOptions, limits: v.optional(v.unknown()) });

type Options = Readonly<Record<string, unknown>>;

export interface VariantSource {
  readonly policy: Policy;
  /** As they are written, the policy's own. */
  readonly options: Options;
  readonly optionNames: readonly string[];
  readonly parseLimits: (options: Options) => Result<ParsedLimits>;
  /** The paths of all routes, as they are written. */
  readonly routePaths: readonly string[];
}

/** What a tier says of a policy; undefined when it has problems, which are added. */
export function parseTierPolicy(source: VariantSource, { given, path, problems }: Given): Policy | undefined {
  const parsed = parseWith(tierSchema, given, path);
  if (!parsed.ok) {
    problems.push(...parsed.error);
    return undefined;
  }
  const { limits: variants, ...changed } = parsed.value;
  const own = toVariant(source, changed, { path, problems, variantName: "" });
  if (own === undefined) return undefined;
  const options = { ...source.options, ...changed };
  return {
    ...own,
    variants: parseVariants(
      { ...source, options, policy: own },
      { given: variants, path: `${path}.limits`, problems },
    ),
  };
}

export interface Given {
  readonly given: unknown;
  readonly path: string;
  readonly problems: Problem[];
}

/** A policy's `limits`: in order, for the first that fits a request holds. */
export function parseVariants(
  source: VariantSource,
  { given, path, problems }: Given,
): readonly PolicyVariant[] {
  if (given === undefined) return [];
  if (!Array.isArray(given) || given.length > VARIANTS_MAX) {
    problems.push(toInvalid(path, { wanted: `must be a list of at most ${VARIANTS_MAX} limits`, given }));
    return [];
  }
  return given.flatMap((entry: unknown, index) => {
    const variant = parseVariant(source, { given: entry, path: `${path}.${index}`, problems });
    return variant === undefined ? [] : [variant];
  });
}

function parseVariant(
  source: VariantSource,
  { given: entry, path, problems }: Given,
): PolicyVariant | undefined {
  const { routePaths: known } = source;
  const parsed = parseWith(variantSchema, entry, path);
  if (!parsed.ok) {
    problems.push(...parsed.error);
    return undefined;
  }
  const { methods, countries, routes, ...changed } = parsed.value;
  const wanted = "must be a route's path";
  for (const [index, given] of (routes ?? []).entries()) {
    if (!known.includes(given))
      problems.push(toInvalid(`${path}.routes.${index}`, { wanted, given, code: "unknown-route", known }));
  }
  if (isObject(changed.limit)) {
    const message =
      'must be a number, 0 or "unlimited": a claim, or what follows a pool, is read for the whole policy, or for a tier';
    problems.push({ path: `${path}.limit`, code: "invalid", message });
    return undefined;
  }
  // Named by what it is for, not by what it allows: a changed limit keeps what was used.
  const lists = [methods, countries, routes].map((list) => (list ?? ["*"]).toSorted().join(","));
  const policy = toVariant(source, changed, { path, problems, variantName: lists.join(" ") });
  if (policy === undefined) return undefined;
  return { methods: toSet(methods), countries: toSet(countries), routes: toSet(routes), policy };
}

function toVariant(
  { policy, options, optionNames, parseLimits }: VariantSource,
  changed: Options,
  {
    path,
    problems,
    variantName,
  }: { readonly path: string; readonly problems: Problem[]; readonly variantName: string },
): Policy | undefined {
  const given = LIMIT_OPTIONS.filter((name) => changed[name] !== undefined);
  const foreign = given.filter((name) => !optionNames.includes(name));
  for (const name of foreign) {
    const wanted = `must be an option of ${policy.algorithm}`;
    problems.push(toInvalid(`${path}.${name}`, { wanted, given: name, code: "unknown-key" }));
  }
  if (foreign.length > 0) return undefined;
  const limits = parseLimits({
    ...options,
    ...Object.fromEntries(given.map((name) => [name, changed[name]])),
  });
  if (!limits.ok) {
    problems.push(...limits.error.map((problem) => ({ ...problem, path: `${path}.${problem.path}` })));
    return undefined;
  }
  const { settings, options: own, rule } = limits.value;
  const shown = settings as { readonly limit: number; readonly windowMs?: number };
  const consistency = rule?.kind === "claim" ? "exact" : policy.consistency;
  return {
    ...policy,
    consistency,
    settings,
    options: own,
    limit: rule?.kind === "none" ? 0 : shown.limit,
    rule,
    windowMs: shown.windowMs,
    lease: toOfferedTerms({ ...policy, consistency }, settings),
    variantName,
    variants: [],
    tiers: new Map(),
  };
}

const toSet = (values: readonly string[] | undefined): ReadonlySet<string> | undefined =>
  values === undefined ? undefined : new Set(values);

/** What each tier says of a policy, by the tier's name. */
export function findTierEntries(
  tiers: unknown,
  policyName: string,
): readonly (readonly [tier: string, given: unknown])[] {
  if (!isObject(tiers)) return [];
  return Object.entries(tiers).flatMap(([tier, policies]) =>
    isObject(policies) && Object.hasOwn(policies, policyName) ? [[tier, policies[policyName]] as const] : [],
  );
}
