// Says of each policy where its limits come from, what it counts the request by, and what it answers.

import type { ExplainedPolicy, ExplainedVerdict } from "../core/control/explanation.ts";
import { isEnforcedKey, toCounterKey, toObjectName } from "../core/keys/counter-key.ts";
import type { Facts } from "../core/keys/facts.ts";
import type { LimitedRoute } from "../core/policies/limited-route.ts";
import { pickVariants } from "../core/policies/pick-variants.ts";
import { type Policy, toUnused } from "../core/policies/policy.ts";
import type { CheckedLimits } from "./limits/checked-limits.ts";
import type { Limiter } from "./limits/limiter.ts";
import { findOverrides } from "./limits/override-policies.ts";
import type { PolicyRow } from "./limits/policy-rows.ts";

export function explainPolicies(
  route: LimitedRoute,
  facts: Facts,
  {
    gateway: { config, overrides },
    rows,
  }: { readonly gateway: Limiter; readonly rows: CheckedLimits["rows"] },
): readonly ExplainedPolicy[] {
  const picked = pickVariants(route, facts);
  const found = findOverrides(picked, facts, overrides);
  return picked.map((own, index) => {
    const applied = found[index];
    const { name, key, onMissing, limit, windowMs } = applied?.policy ?? own;
    // What an override changes is counted where it was counted before.
    const counted = toCounterKey(key, facts, { onMissing, variantName: own.variantName });
    const counter =
      typeof counted === "string"
        ? counted
        : { key: counted.key, object: toObjectName(counted, facts, config.counters.shards) };
    return {
      policy: name,
      limit,
      windowMs,
      decidedBy: applied === undefined ? toSource(own, route.policies[index], facts) : "override",
      tier: toName(own.plan),
      variant: toName(own.variantName),
      override:
        applied === undefined ? undefined : { id: applied.override.id, reason: applied.override.reason },
      counter,
      isShadow: !isEnforcedKey(typeof counter === "string" ? "" : counter.key, own),
      verdict: toVerdict(rows.find(({ policy }) => policy.name === name)),
    };
  });
}

const toName = (name = ""): string | undefined => (name === "" ? undefined : name);

function toSource(
  own: Policy,
  written: Policy | undefined,
  { identity }: Pick<Facts, "identity">,
): ExplainedPolicy["decidedBy"] {
  if (own === written) return "policy";
  const ofTier = identity?.tier === undefined ? undefined : written?.tiers.get(identity.tier);
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
