// A route's limits in a sentence for each policy.

import type { Config } from "../../core/config/config.ts";
import type { Route } from "../../core/routes/route.ts";
import { isEnforced, listLimits, toCount, type PlanLimit } from "./plan-limits.ts";

/** "plan: 100 per minute (pro: 1,000 per minute)", and what a request costs where that is not 1. */
export function describeRoute(route: Route, config: Config, method: string): readonly string[] {
  const limits = listLimits(route.policies, config, { path: route.path, method });
  const byPolicy = Map.groupBy(limits, ({ policy }) => policy);
  const sentences = [...byPolicy].map(([policy, listed]) => `${policy}: ${describePolicy(listed)}`);
  const cost = toCost(route);
  return cost === "" || cost === "1" ? sentences : [...sentences, `a request costs ${cost}`];
}

function describePolicy(limits: readonly PlanLimit[]): string {
  const own = limits.filter(({ tier }) => tier === "").map(describe);
  const ofTiers = limits
    .filter(({ tier }) => tier !== "")
    .map((limit) => `${limit.tier}: ${describe(limit)}`);
  return own.join(", ") + (ofTiers.length === 0 ? "" : ` (${ofTiers.join(", ")})`);
}

const describe = ({ limit, requests }: PlanLimit): string =>
  requests === "" ? limit : `${requests} ${limit}`;

/** "" where nothing is counted. */
export function toCost({ cost, policies }: Pick<Route, "cost" | "policies">): string {
  if (!policies.some(isEnforced)) return "";
  return typeof cost === "number" ? toCount(cost) : "by what it asks for";
}
