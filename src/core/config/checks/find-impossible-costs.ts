// Costs by method, header or body, and of a whole batch, that a policy can never admit.

import type { Algorithm } from "../../algorithms/algorithm.ts";
import { toAlgorithm } from "../../algorithms/registry.ts";
import { toDearest, toPressed } from "../../policies/follow-price.ts";
import { isCounted } from "../../policies/limit-rule.ts";
import { toVariants } from "../../policies/pick-variants.ts";
import type { Policy } from "../../policies/policy.ts";
import { type CostRule, listCostMembers, type RouteCost } from "../../policies/route-cost.ts";
import type { Batches } from "../config.ts";
import { type ConfigCheck, type Finding, toProblem, toWarning } from "./finding.ts";

export const findImpossibleCosts: ConfigCheck = ({ routes, pools, batch }) => [
  ...(batch === undefined ? [] : findOfBatch(batch)),
  ...routes.flatMap(({ index, path, cost, policies }) =>
    findOf(
      `routes.${index}.cost`,
      cost,
      policies.flatMap((policy) => toVariants(policy, path)),
    ),
  ),
  ...pools.flatMap(({ name, outbound }) =>
    outbound === undefined
      ? []
      : findOf(`origins.${name}.cost`, outbound.limited.cost, outbound.limited.policies),
  ),
];

/** A batch costs so much for each of its members. */
function findOfBatch({ membersMax, limited }: Batches): readonly Finding[] {
  const cost = Number(limited.cost) * membersMax;
  const variants = limited.policies.flatMap((policy) => toVariants(policy, limited.path));
  const policy = variants.find((one) => isImpossible(one, cost));
  if (policy === undefined) return [];
  const message = `policy "${policy.name}" can never admit a batch of ${membersMax}, which costs ${cost}: set membersMax to what it admits`;
  return [toWarning("batch.membersMax", message)];
}

/** A number is checked where it is read. */
function findOf(path: string, cost: RouteCost, policies: readonly Policy[]): readonly Finding[] {
  if (typeof cost !== "object") return [];
  return [...findFixed(path, cost, policies), ...findDeclared(path, cost, policies)];
}

/** Costs that the configuration itself says. */
function findFixed(path: string, cost: CostRule, policies: readonly Policy[]): readonly Finding[] {
  const fixed: readonly (readonly [string, number])[] = [
    ...Object.entries(cost.methods ?? {}).map(([method, units]) => [`methods.${method}`, units] as const),
    ["otherwise", cost.otherwise],
  ];
  return fixed.flatMap(([key, units]) => {
    const policy = policies.find((one) => isImpossible(one, toDearest(one, units)));
    if (policy === undefined) return [];
    const message = `policy "${policy.name}" can never admit a cost of ${units}${toPressed(policy, units)}: such requests would always be refused`;
    return [toProblem(`${path}.${key}`, message)];
  });
}

/** Costs that a client says, up to `max`. */
function findDeclared(path: string, cost: CostRule, policies: readonly Policy[]): readonly Finding[] {
  const isSized = cost.header !== undefined || cost.bodyBytesPerUnit !== undefined;
  const isDeclared = isSized || listCostMembers(cost).length > 0;
  if (!isDeclared && cost.function === undefined) return [];
  const policy = policies.find((one) => isImpossible(one, cost.max));
  if (policy === undefined) return [];
  const message = `policy "${policy.name}" can never admit a cost of ${cost.max}, which ${isDeclared ? "a client may declare" : "a function that fails costs"}: set max to what it admits`;
  return [toWarning(`${path}.max`, message)];
}

function isImpossible(policy: Policy, cost: number): boolean {
  if (!isCounted(policy)) return false;
  const { algorithm, settings } = policy;
  const decide: Algorithm<unknown, unknown>["decide"] = toAlgorithm(algorithm).decide;
  return decide(settings, undefined, { nowMs: 0, cost }).outcome === "impossible";
}
