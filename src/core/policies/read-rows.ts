// Which policies of a route count a request, by what keys and at what cost; and which of them refuse it uncounted.

import type { Facts } from "../keys/facts.ts";
import { isEnforcedKey, toCounterKey } from "../keys/counter-key.ts";
import { toFollowedCost } from "./follow-price.ts";
import { isCounted } from "./limit-rule.ts";
import { createRow, type PolicyRow } from "./policy-rows.ts";
import { toPolicyCost } from "./policy-units.ts";
import type { Policy } from "./policy.ts";

/**
 * `policies` have the limits that are the request's. Those that do not count it get no row. `cost` is the route's; `toShare` is
 * how much the pools let in that limits follow, undefined where none does.
 */
export function readRows(
  policies: readonly Policy[],
  facts: Facts,
  cost: number,
  toShare?: (pool: string) => number,
): readonly PolicyRow[] {
  const rows: PolicyRow[] = [];
  for (const policy of policies) {
    if (!isCounted(policy)) continue;
    const counterKey = toCounterKey(policy.key, facts, policy);
    if (typeof counterKey === "string") continue;
    const units = toPolicyCost(policy, facts, cost);
    const { rule } = policy;
    const isFollowing = toShare !== undefined && rule?.kind === "follow";
    const taken = isFollowing ? toFollowedCost(policy, units, toShare(rule.pool)) : units;
    rows.push(createRow(policy, counterKey, taken));
  }
  return rows;
}

/** What refuses a request without being counted. */
export interface Uncounted {
  /** Names of the policies that refuse it because what they count by is missing. */
  readonly missing: readonly string[];
  /** Names of those that give its caller no access. */
  readonly excluding: readonly string[];
}

const NOTHING: readonly string[] = [];
const NOTHING_UNCOUNTED: Uncounted = { missing: NOTHING, excluding: NOTHING };

/** A cost of 0 takes nothing, so nobody is refused for having nothing. */
export function findUncounted(
  policies: readonly Policy[],
  rows: readonly PolicyRow[],
  request: Costing,
): Uncounted {
  if (rows.length === policies.length) return NOTHING_UNCOUNTED;
  const rowless = policies.filter((policy) => !rows.some((row) => row.policy === policy));
  const namesOf = (reason: keyof Uncounted): readonly string[] =>
    rowless.filter((policy) => findReason(policy, request) === reason).map(({ name }) => name);
  return { missing: namesOf("missing"), excluding: namesOf("excluding") };
}

interface Costing {
  readonly facts: Facts;
  readonly cost: number;
}

function findReason(policy: Policy, { facts, cost }: Costing): keyof Uncounted | undefined {
  const isExcluding = policy.rule?.kind === "none" && cost > 0;
  if (!isExcluding && policy.onMissing !== "deny") return undefined;
  const key = toCounterKey(policy.key, facts, policy);
  // No key, but the same say as every key has: a shadow policy refuses nobody.
  if (key === "skip" || !isEnforcedKey(key === "deny" ? "" : key.key, policy)) return undefined;
  if (key === "deny") return "missing";
  return isExcluding ? "excluding" : undefined;
}
