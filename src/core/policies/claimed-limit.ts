// The limit that a claim of the caller's token says. A policy with it is made once for each limit, and kept: its settings go
// with every check, so its counter knows it.

import { CLAIMED } from "../counters/plans.ts";
import { LruMap } from "../lru-map.ts";
import { readClaim } from "../keys/claim-path.ts";
import type { VerifiedToken } from "../keys/identity.ts";
import { applyLimits } from "./apply-limits.ts";
import type { ClaimRule } from "./limit-rule.ts";
import type { Policy } from "./policy.ts";
import { parseUnits } from "./route-cost.ts";

/** Of one policy, in an isolate. */
const LIMITS_MAX = 1_000;
const made = new WeakMap<Policy, LruMap<number, Policy>>();

/** The policy with the claim's limit; the policy itself, with its default, where no token says one that is right. */
export function pickClaimed(policy: Policy, token: VerifiedToken | undefined): Policy {
  const { rule } = policy;
  if (rule?.kind !== "claim" || token === undefined) return policy;
  const limit = readLimit(rule, token);
  if (limit === undefined || limit === policy.limit) return policy;
  const known = made.get(policy) ?? new LruMap<number, Policy>(LIMITS_MAX);
  made.set(policy, known);
  const found = known.get(limit);
  if (found !== undefined) return found;
  const claimed = withLimit(policy, limit);
  known.set(limit, claimed);
  return claimed;
}

/** undefined: the claim is missing, or no whole number. */
function readLimit({ claim, max, factor }: ClaimRule, token: VerifiedToken): number | undefined {
  const said = parseUnits(readClaim(token.claims, claim));
  return said === undefined ? undefined : Math.min(max, said * factor);
}

/** What a plan's name says: its tier, and the policy with its limits. */
export function toPlanned(
  policy: Policy,
  plan: string,
): { readonly tier: string | undefined; readonly policy: Policy } {
  const [name = "", limit] = plan.split(CLAIMED, 2);
  const tier = name === "" ? undefined : name;
  const own = (tier === undefined ? undefined : policy.tiers.get(tier)) ?? policy;
  return { tier, policy: limit === undefined ? own : withLimit(own, Number(limit)) };
}

/** Counted like a tier's: what the key uses counts under each of its limits, by that limit. */
function withLimit(policy: Policy, limit: number): Policy {
  if (limit === 0) return Object.freeze({ ...policy, limit, rule: { kind: "none" as const } });
  const applied = applyLimits(policy, { limit });
  if (!applied.ok) return policy;
  return Object.freeze({ ...applied.value, plan: `${policy.plan ?? ""}${CLAIMED}${limit}` });
}
