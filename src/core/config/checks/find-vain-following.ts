// Limits that follow an origin pool, where that has no effect, or another one than is meant.

import { isPermit, type Policy } from "../../policies/policy.ts";
import { findImpossible } from "../../policies/find-named-policies.ts";
import { type FollowingPolicy, listFollowing } from "../../policies/follow-price.ts";
import { isTokenCost } from "../../policies/policy-cost.ts";
import { toHint } from "../../schema/parse-with.ts";
import type { Config } from "../config.ts";
import { type ConfigCheck, type Finding, toProblem, toWarning } from "./finding.ts";

export const findVainFollowing: ConfigCheck = (config) =>
  config.policies.flatMap((policy) => listFollowing(policy).flatMap((one) => findOf(one, config)));

function findOf(policy: FollowingPolicy, config: Config): readonly Finding[] {
  const { name, plan, rule, cost } = policy;
  const path = plan ? `tiers.${plan}.${name}` : `policies.${name}`;
  const at = `${path}.limit.follow`;
  const ofPool = findOfPool(rule.pool, at, config);
  return [
    ofPool,
    findWrongKind(policy, at),
    findImpossible([policy], cost, path).map(({ message }) => toProblem(`${path}.cost`, message)),
    findOutbound(policy, config),
    ofPool.length === 0 ? findUnheard(policy, at, config) : [],
  ].flat();
}

function findOfPool(pool: string, path: string, { pools }: Config): readonly Finding[] {
  const found = pools.find(({ name }) => name === pool);
  const names = pools.map(({ name }) => name);
  if (found === undefined)
    return [
      {
        ...toProblem(path, `must name an origin pool, received "${pool}"${toHint(pool, names)}`),
        code: "unknown-pool",
      },
    ];
  if (found.adapt !== undefined) return [];
  return [toProblem(path, `origins.${pool} has no adapt: it never is under pressure`)];
}

/** What a request takes there comes back, or is no price. */
function findWrongKind(policy: Policy, path: string): readonly Finding[] {
  if (!isPermit(policy) && policy.settle === undefined && !isTokenCost(policy.cost)) return [];
  const message = "has no effect on permits, settled costs and tokens: a request cannot pay more of them";
  return [toProblem(path, message)];
}

/** Calls that were let in are not to be held back for it once more. */
function findOutbound({ name }: Policy, { pools }: Config): readonly Finding[] {
  return pools
    .filter(({ outbound }) => outbound?.limited.policies.some((policy) => policy.name === name) === true)
    .map((pool) =>
      toProblem(
        `origins.${pool.name}.policies`,
        `policy "${name}" follows a pool: its calls have been let in`,
      ),
    );
}

/** An isolate hears of a pool with the requests that it sends to it. */
function findUnheard(
  { name, rule: { pool } }: FollowingPolicy,
  path: string,
  { routes }: Config,
): readonly Finding[] {
  const used = routes.filter(({ policies }) => policies.some((policy) => policy.name === name));
  if (used.length === 0 || used.some((route) => route.pool?.name === pool)) return [];
  const message = `no route with the policy leads to ${pool}: an instance hears of it with requests to it`;
  return [toWarning(path, message)];
}
