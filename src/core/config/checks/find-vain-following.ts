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
  return [toProblem(path, `origins.${pool} has no adapt: nothing says when it is under pressure`)];
}

/** What a request takes there is not its price. */
function findWrongKind(policy: Policy, path: string): readonly Finding[] {
  if (isPermit(policy))
    return [
      toProblem(
        path,
        `${policy.algorithm} holds permits, which come back: a request cannot pay more of them`,
      ),
    ];
  if (policy.settle !== undefined)
    return [
      toProblem(
        path,
        "settle corrects what a request took to what it says, and so takes back what it paid more",
      ),
    ];
  if (isTokenCost(policy.cost))
    return [
      toProblem(
        path,
        "its units are tokens or money, which a request does not use more of while a pool is under pressure",
      ),
    ];
  return [];
}

/** Calls that were let in are not to be held back for it once more. */
function findOutbound({ name }: Policy, { pools }: Config): readonly Finding[] {
  return pools
    .filter(({ outbound }) => outbound?.limited.policies.some((policy) => policy.name === name) === true)
    .map((pool) =>
      toProblem(
        `origins.${pool.name}.policies`,
        `policy "${name}" follows a pool, and the calls of one have been let in: use a policy with a limit that is a number`,
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
  const message = `no route with the policy leads to ${pool}: an instance that sends it nothing by other routes never hears how it is`;
  return [toWarning(path, message)];
}
