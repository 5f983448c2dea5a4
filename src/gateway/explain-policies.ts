// Says of each policy where its limits come from, what it counts the request by, and what it answers.

import type { ExplainedPolicy, ExplainedVerdict } from "../core/control/explanation.ts";
import { isEnforcedKey, toCounterKey, toObjectName } from "../core/keys/counter-key.ts";
import { type Facts, toTier } from "../core/keys/facts.ts";
import { CLAIMED } from "../core/counters/plans.ts";
import { isCounted } from "../core/policies/limit-rule.ts";
import type { LimitedRoute } from "../core/policies/limited-route.ts";
import { pickVariants } from "../core/policies/pick-variants.ts";
import { type Policy, toUnused } from "../core/policies/policy.ts";
import type { CheckedLimits } from "./limits/checked-limits.ts";
import type { Limiter } from "./limits/limiter.ts";
import { findOverrides } from "./limits/override-policies.ts";
import type { PolicyRow } from "../core/policies/policy-rows.ts";

export function explainPolicies(
  route: LimitedRoute,
  facts: Facts,
  {
    gateway: { config, overrides, shares },
    rows,
  }: { readonly gateway: Limiter; readonly rows: CheckedLimits["rows"] },
): readonly ExplainedPolicy[] {
  const picked = pickVariants(route, facts);
  const found = findOverrides(picked, facts, overrides);
  return picked.map((own, index) => {
    const applied = found[index];
    const limits = applied?.policy ?? own;
    const { name, limit, rule, windowMs } = limits;
    // What an override changes is counted where it was counted before.
    const counter = toCounter(limits, own.variantName, { facts, shards: config.counters.shards });
    const row = rows.find(({ policy }) => policy.name === name);
    const follows = shares?.show(limits);
    return {
      policy: name,
      limit: rule?.kind === "unlimited" ? rule.kind : limit,
      windowMs,
      decidedBy: applied === undefined ? toSource(own, route.policies[index], facts) : "override",
      follows,
      takes: follows && row?.cost,
      tier: toName(own.plan?.split(CLAIMED, 1)[0]),
      variant: toName(own.variantName),
      override:
        applied === undefined ? undefined : { id: applied.override.id, reason: applied.override.reason },
      counter,
      isShadow: !isEnforcedKey(typeof counter === "string" ? "" : counter.key, own),
      verdict: toVerdict(row),
    };
  });
}

/** Where it is counted; or what the policy does with a request that it does not count. */
function toCounter(
  limits: Policy,
  variantName: string,
  { facts, shards }: { readonly facts: Facts; readonly shards: number },
): ExplainedPolicy["counter"] {
  const counted = toCounterKey(limits.key, facts, { onMissing: limits.onMissing, variantName });
  if (typeof counted === "string") return counted;
  if (isCounted(limits)) return { key: counted.key, object: toObjectName(counted, facts, shards) };
  return limits.rule?.kind === "none" ? "deny" : "skip";
}

const toName = (name = ""): string | undefined => (name === "" ? undefined : name);

function toSource(
  own: Policy,
  written: Policy | undefined,
  facts: Pick<Facts, "identity" | "standing">,
): ExplainedPolicy["decidedBy"] {
  if (own === written) return "policy";
  if (own.plan?.includes(CLAIMED) === true) return "claim";
  const tier = toTier(facts);
  const ofTier = tier === undefined ? undefined : written?.tiers.get(tier);
  return own === ofTier ? "tier" : "limits";
}

function toVerdict(row: Readonly<PolicyRow> | undefined): ExplainedVerdict | undefined {
  if (row?.verdict === undefined) return undefined;
  const { outcome, remaining, retryAfterMs, resetMs, isBanned = false } = row.verdict;
  return {
    outcome,
    used: isBanned ? undefined : toUnused(row.policy) - remaining,
    remaining,
    retryAfterMs: toFinite(retryAfterMs),
    resetMs,
    isBanned,
    degraded: row.degraded,
  };
}

/** undefined for a wait without an end. */
export function toFinite(ms: number): number | undefined {
  return Number.isFinite(ms) ? ms : undefined;
}
