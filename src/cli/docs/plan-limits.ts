// What policies admit, for callers without a plan and on each tier, in words that a customer reads.

import type { Config } from "../../core/config/config.ts";
import { isCounted } from "../../core/policies/limit-rule.ts";
import { isPermit, type Policy, type PolicyVariant, toUnused } from "../../core/policies/policy.ts";
import { isTokenCost } from "../../core/policies/policy-cost.ts";

/** A policy's limit for one plan. */
export interface PlanLimit {
  readonly policy: string;
  /** "" for callers without a tier. */
  readonly tier: string;
  /** Which requests it is for: "GET, from CH"; "" for all others. */
  readonly requests: string;
  /** "1,000 per minute, 20 at once" */
  readonly limit: string;
  /** The labels of the policy's key. */
  readonly countedBy: readonly string[];
}

/** What refuses anybody: a dry run is no customer's business. */
export const isEnforced = ({ enforcePercent }: Policy): boolean => enforcePercent > 0;

/** Requests of one method on one route. */
export interface OnRoute {
  readonly path: string;
  readonly method: string;
}

/** The limits of some policies for each plan, of some requests or (undefined) of all. */
export function listLimits(
  policies: readonly Policy[],
  { tiers }: Pick<Config, "tiers">,
  on?: OnRoute,
): readonly PlanLimit[] {
  const limits: PlanLimit[] = [];
  for (const policy of policies.filter(isEnforced)) {
    limits.push(...listPlan(policy, "", on));
    for (const tier of tiers) {
      const tiered = policy.tiers.get(tier);
      if (tiered !== undefined) limits.push(...listPlan(tiered, tier, on));
    }
  }
  return limits;
}

/** Those for some requests stand before the one for all others. */
function listPlan(policy: Policy, tier: string, on: OnRoute | undefined): readonly PlanLimit[] {
  const { name, key } = policy;
  const countedBy = key.map(({ label }) => label);
  const limits: PlanLimit[] = [];
  for (const variant of policy.variants) {
    if (on !== undefined && !fits(variant, on)) continue;
    const requests = toRequests(variant, on);
    limits.push({ policy: name, tier, requests, limit: describeLimit(variant.policy), countedBy });
    // Of these requests none is left.
    if (requests === "") return limits;
  }
  return [...limits, { policy: name, tier, requests: "", limit: describeLimit(policy), countedBy }];
}

function fits({ methods, routes }: PolicyVariant, { path, method }: OnRoute): boolean {
  const isOfMethod = methods?.has(method) ?? true;
  return (routes?.has(path) ?? true) && (isOfMethod || (method === "HEAD" && methods?.has("GET") === true));
}

function toRequests({ methods, countries, routes }: PolicyVariant, on: OnRoute | undefined): string {
  const parts = [
    methods === undefined || on !== undefined ? "" : [...methods].join(", "),
    countries === undefined ? "" : `from ${[...countries].join(", ")}`,
    routes === undefined || on !== undefined ? "" : `to ${[...routes].join(", ")}`,
  ];
  return parts.filter((part) => part !== "").join(" ");
}

/** "1,000 per minute, 20 at once" */
export function describeLimit(policy: Policy): string {
  const { rule } = policy;
  if (rule?.kind === "none") return "no access";
  if (!isCounted(policy)) return "unlimited";
  return toRate(policy) + describeRule(rule);
}

function describeRule(rule: Policy["rule"]): string {
  if (rule?.kind === "claim") return `, or what the token says, up to ${toCount(rule.max)}`;
  return rule?.kind === "follow" ? `, down to ${toCount(rule.min)} under high load` : "";
}

function toRate(policy: Policy): string {
  const { algorithm, limit, windowMs, options } = policy;
  const units = isTokenCost(policy.cost)
    ? policy.cost.prices === undefined
      ? " tokens"
      : " micro-dollars"
    : "";
  const count = `${toCount(limit)}${units}`;
  if (isPermit(policy)) return `${count} at a time`;
  const { period, timeZone } = options;
  if (typeof period === "string")
    return `${count} per ${period} (${typeof timeZone === "string" ? timeZone : "UTC"})`;
  if (windowMs === undefined) return count;
  const most = toUnused(policy);
  const burst = algorithm === "token-bucket" && most !== limit ? `, ${toCount(most)} at once` : "";
  return `${count} per ${toSpan(windowMs)}${burst}`;
}

const SPANS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
  ["millisecond", 1],
] as const;

/** "minute", "10 seconds", "90 minutes": in the largest unit that is whole. */
function toSpan(ms: number): string {
  const [name, unitMs] = SPANS.find(([, one]) => ms % one === 0) ?? ["millisecond", 1];
  const count = ms / unitMs;
  return count === 1 ? name : `${toCount(count)} ${name}s`;
}

export const toCount = (count: number): string => count.toLocaleString("en-US");
