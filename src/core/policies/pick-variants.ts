// Picks the limits of a policy that a request gets: its tier's, or the policy's own; and of those the first variant that
// fits. All of them were made complete when the configuration was read: nothing is merged here.

import { pickClaimed } from "./claimed-limit.ts";
import type { LimitedRoute } from "./limited-route.ts";
import type { Policy, PolicyVariant } from "./policy.ts";
import { type Facts, toTier } from "../keys/facts.ts";

export interface LimitedFacts {
  readonly facts: Pick<Facts, "method" | "country">;
  /** The route's path pattern, as it is written. */
  readonly routePath: string;
}

/** The policy with the limits that are this request's: the policy itself, or another of the same name and key. */
export function pickVariant(policy: Policy, tier: string | undefined, limited: LimitedFacts): Policy {
  const own = (tier === undefined ? undefined : policy.tiers.get(tier)) ?? policy;
  if (own.variants.length === 0) return own;
  return own.variants.find((variant) => fits(variant, limited))?.policy ?? own;
}

/** A route's policies with the limits that are this request's. */
export function pickVariants(
  { policies, path, hasVariants }: Pick<LimitedRoute, "policies" | "path" | "hasVariants">,
  facts: Pick<Facts, "method" | "country" | "identity" | "standing">,
): readonly Policy[] {
  if (!hasVariants) return policies;
  const limited = { facts, routePath: path };
  const { identity } = facts;
  return policies.map((policy) => pickClaimed(pickVariant(policy, toTier(facts), limited), identity?.token));
}

/** Whether some requests get other limits of these policies than others. */
export function haveVariants(policies: readonly Policy[]): boolean {
  return policies.some(
    ({ variants, tiers, rule }) => variants.length > 0 || tiers.size > 0 || rule?.kind === "claim",
  );
}

/** Whatever may be picked of a policy on a route. */
export function toVariants(policy: Policy, routePath: string): readonly Policy[] {
  const variants: Policy[] = [];
  for (const own of [policy, ...policy.tiers.values()]) {
    variants.push(own);
    for (const variant of own.variants)
      if (variant.routes?.has(routePath) ?? true) variants.push(variant.policy);
  }
  return variants;
}

function fits({ methods, countries, routes }: PolicyVariant, { facts, routePath }: LimitedFacts): boolean {
  if (routes !== undefined && !routes.has(routePath)) return false;
  if (methods !== undefined && !hasMethod(methods, facts.method)) return false;
  return countries === undefined || (facts.country !== undefined && countries.has(facts.country));
}

/** A HEAD is a GET, unless it is named. */
function hasMethod(methods: ReadonlySet<string>, method: string): boolean {
  return methods.has(method) || (method === "HEAD" && methods.has("GET"));
}
