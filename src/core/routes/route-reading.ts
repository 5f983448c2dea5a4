// What the limits of a route and of its pool read of bodies and answers, and which functions make keys and costs of theirs.

import { isMemberLabel, toWantedMembers } from "../body/body-members.ts";
import { listFunctionNames } from "../functions/function-values.ts";
import type { OriginPool } from "../origins/origin-pool.ts";
import { isTokenCost } from "../policies/policy-cost.ts";
import { listPolicyMembers } from "../policies/policy-units.ts";
import type { Policy } from "../policies/policy.ts";
import { findCostFunction, listCostMembers, type RouteCost } from "../policies/route-cost.ts";
import { ASK_MEMBERS } from "../usage/ask-usage.ts";
import { MODEL } from "../usage/estimate.ts";
import type { Route } from "./route.ts";

/** What is waited for of a body for a cost or a key; of one with a prompt, which its other members may stand behind. */
const MEMBERS_BYTES_MAX = 65_536;
const PROMPT_BYTES_MAX = 1_048_576;

/** What of bodies and answers the route's limits and its pool's read. */
export function toReading(
  cost: RouteCost,
  own: readonly Policy[],
  pool: OriginPool | undefined,
): Pick<Route, "members" | "membersBytesMax" | "readsUsage" | "asksUsage" | "functions"> {
  const policies = [...own, ...(pool?.outbound?.limited.policies ?? [])];
  const asksUsage = policies.some(({ settle }) => settle?.usage === "openai" && settle.ask);
  const members = [
    ...listCostMembers(cost),
    ...listKeyMembers(own),
    ...listPoolMembers(pool),
    ...policies.flatMap(listPolicyMembers),
    ...(asksUsage ? ASK_MEMBERS : []),
  ];
  const readsUsage = policies.some(({ settle }) => settle?.usage !== undefined);
  // Statistics name the model; nobody waits for a body for that alone.
  if (readsUsage && members.length > 0) members.push(MODEL);
  const isOfTokens = readsUsage || policies.some((policy) => isTokenCost(policy.cost));
  return {
    members: toWantedMembers([...new Set(members)]),
    membersBytesMax: isOfTokens ? PROMPT_BYTES_MAX : MEMBERS_BYTES_MAX,
    readsUsage,
    asksUsage,
    functions: toFunctions(cost, own, pool),
  };
}

/** What makes keys and costs, each once. */
function toFunctions(
  cost: RouteCost,
  own: readonly Policy[],
  pool: OriginPool | undefined,
): readonly string[] | undefined {
  const { outbound, affinity = [] } = pool ?? {};
  const policies = [...own, ...(outbound?.limited.policies ?? [])];
  const keys = [...policies.flatMap(({ key }) => key), ...affinity];
  const costs = [cost, outbound?.limited.cost, ...policies.map((policy) => policy.cost)];
  const names = [
    ...listFunctionNames(keys.map(({ label }) => label)),
    ...costs.map(findCostFunction).filter((name) => name !== undefined),
  ];
  return names.length === 0 ? undefined : [...new Set(names)];
}

function listKeyMembers(policies: readonly Pick<Policy, "key">[]): readonly string[] {
  return policies.flatMap(({ key }) => key.map(({ label }) => label)).filter(isMemberLabel);
}

function listPoolMembers(pool: OriginPool | undefined): readonly string[] {
  if (pool === undefined) return [];
  const { outbound, affinity = [] } = pool;
  const limited = outbound?.limited;
  const ofCost = limited === undefined ? [] : listCostMembers(limited.cost);
  return [...ofCost, ...listKeyMembers([...(limited?.policies ?? []), { key: affinity }])];
}
