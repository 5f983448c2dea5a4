// What a request takes from one policy, and what its tokens count there.

import { PROMPT } from "../body/body-members.ts";
import type { Facts } from "../keys/facts.ts";
import { findModel, listEstimateMembers, toEstimate } from "../usage/estimate.ts";
import { findPrice, PLAIN_WEIGHTS, type TokenWeights, toUsageUnits } from "../usage/usage.ts";
import { isTokenCost, type PolicyCost, type TokenCost } from "./policy-cost.ts";
import { type Policy, toUnused } from "./policy.ts";
import { listCostMembers, toCost } from "./route-cost.ts";

/** The labels of the members of a body that its cost reads. */
export function listPolicyMembers({ cost }: Pick<Policy, "cost">): readonly string[] {
  if (cost === undefined) return [];
  return isTokenCost(cost) ? listEstimateMembers(cost.estimate) : listCostMembers(cost);
}

/** `ofRoute` is what the route says. */
export function toPolicyCost(policy: Policy, facts: Facts, ofRoute: number): number {
  const { cost } = policy;
  if (cost === undefined) return ofRoute;
  if (!isTokenCost(cost)) return toCost(cost, facts);
  // Nothing is said to a model.
  if (facts.member(PROMPT).kind === "missing") return 0;
  return Math.min(cost.max, Math.max(cost.min, toTokenUnits(cost, policy, facts)));
}

/** An answer that no caller bounds holds no more than there ever is: it would be refused for what it does not say. */
function toTokenUnits(cost: TokenCost, policy: Policy, facts: Facts): number {
  const estimate = toEstimate(cost.estimate, facts, cost.output);
  if (estimate === undefined) return Infinity;
  const { usage, isBounded } = estimate;
  const weights = findWeights(cost, facts);
  const units = toUsageUnits(usage, weights);
  if (isBounded) return units;
  return Math.max(toUsageUnits({ ...usage, output: 0 }, weights), Math.min(units, toUnused(policy)));
}

/** What a token of each kind counts for this request. */
export function findWeights(
  cost: PolicyCost | undefined,
  facts: Pick<Facts, "member" | "path">,
): TokenWeights {
  if (!isTokenCost(cost)) return PLAIN_WEIGHTS;
  return cost.prices === undefined ? cost.weights : findPrice(cost.prices, findModel(facts));
}

/** How many tokens the prompt is, as far as that is told from the request. */
export function findPromptTokens(cost: PolicyCost | undefined, facts: Facts): number {
  return isTokenCost(cost) ? (toEstimate(cost.estimate, facts, 0)?.usage.input ?? 0) : 0;
}

/** What a policy's units are, as the draft's `qu` says it; undefined: requests, or what only its operator knows. */
export function toQuotaUnit({
  cost,
  settle,
}: Pick<Policy, "cost" | "settle">): "tokens" | "micro-usd" | undefined {
  if (isTokenCost(cost)) return cost.prices === undefined ? "tokens" : "micro-usd";
  return settle?.usage === undefined ? undefined : "tokens";
}
