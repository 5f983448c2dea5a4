// Says of each set of limits of a policy with tiers which plan it is, and which others count the same key.

import type { Plan } from "../counters/counter-messages.ts";
import type { Policy } from "./policy.ts";

/** The policy, its variants and its tiers with their plans: the very policy where it has no tiers. */
export function withPlans(policy: Policy): Policy {
  if (policy.tiers.size === 0) return policy;
  const byVariant = toSettings(policy);
  const tiers = [...policy.tiers].map(([name, own]) => [name, withPlan(own, { name, byVariant })] as const);
  return { ...withPlan(policy, { name: "", byVariant }), tiers: new Map(tiers) };
}

/** Settings by the variant, whose counters are its own, and in it by the plan. */
type SettingsByVariant = ReadonlyMap<string, Plan["all"]>;

function toSettings(policy: Policy): SettingsByVariant {
  const byVariant = new Map<string, Plan["all"]>();
  for (const [plan, own] of [["", policy] as const, ...policy.tiers]) {
    for (const { variantName, settings } of [own, ...own.variants.map((variant) => variant.policy)])
      byVariant.set(variantName, { ...byVariant.get(variantName), [plan]: settings });
  }
  return byVariant;
}

function withPlan(
  own: Policy,
  { name, byVariant }: { readonly name: string; readonly byVariant: SettingsByVariant },
): Policy {
  const toPlan = ({ variantName }: Policy): Plan => ({ name, all: byVariant.get(variantName) ?? {} });
  const variants = own.variants.map((variant) => ({
    ...variant,
    policy: { ...variant.policy, plan: toPlan(variant.policy) },
  }));
  return { ...own, plan: toPlan(own), variants };
}
