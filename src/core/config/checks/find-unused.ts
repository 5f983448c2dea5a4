// Policies, tiers, pools and issuers that nothing uses, and priorities that nobody has.

import type { OriginPool } from "../../origins/origin-pool.ts";
import type { Policy } from "../../policies/policy.ts";
import { SUSPECT_TIER, TRUSTED_TIER } from "../../reputation/reputation-settings.ts";
import { toHint } from "../../schema/parse-with.ts";
import type { Config } from "../config.ts";
import { listFunctionUses } from "../parse-named-functions.ts";
import { type ConfigCheck, type Finding, toWarning } from "./finding.ts";

export const findUnused: ConfigCheck = (config) => {
  return [
    ...config.policies
      .filter((policy) => !isUsed(policy, config))
      .map(({ name }) => toWarning(`policies.${name}`, "no route, pool or batch uses it")),
    ...config.policies.flatMap((policy) => findTiers(policy, config)),
    ...findFunctions(config),
    ...findPools(config),
    ...findIssuers(config),
    ...findTokenTiers(config),
    ...config.pools.flatMap((pool) => findPriorities(pool, config)),
  ];
};

function findFunctions(config: Config): readonly Finding[] {
  const used = new Set(listFunctionUses(config).map(([, name]) => name));
  return [...config.functions.keys()]
    .filter((name) => !used.has(name))
    .map((name) => toWarning(`functions.${name}`, "no policy, route or pool names it"));
}

function findPools({ pools, routes }: Config): readonly Finding[] {
  return pools
    .filter((pool) => routes.every((route) => route.pool !== pool))
    .map(({ name }) => toWarning(`origins.${name}`, "no route leads to it"));
}

function findIssuers({ auth, routes }: Config): readonly Finding[] {
  if (auth.issuers.length === 0 || routes.some((route) => route.auth !== "none")) return [];
  return [toWarning("auth.issuers", "no route has auth, so no token is ever looked at")];
}

/** Tiers of tokens that the configuration does not have. */
function findTokenTiers({ auth, tiers }: Config): readonly Finding[] {
  return auth.issuers.flatMap(({ claims }, index) =>
    [...(claims.tier?.contains ?? [])]
      .filter(([, tier]) => !tiers.includes(tier))
      .map(([value, tier]) =>
        toWarning(`auth.issuers.${index}.claims.tier.contains.${value}`, toUnknownTier(tier, tiers)),
      ),
  );
}

const toUnknownTier = (tier: string, known: readonly string[]): string =>
  `no tier of the configuration is called so${toHint(tier, known)}`;

/** Priorities of consumers and tiers, where nobody is known, and of tiers that the configuration does not have. */
function findPriorities({ name, outbound, adapt }: OriginPool, config: Config): readonly Finding[] {
  const { consumers = {}, tiers = {} } = outbound?.priority ?? adapt?.priority ?? {};
  const path = `origins.${name}.priority`;
  const isKnown = config.routes.some(({ auth, pool }) => auth !== "none" && pool?.name === name);
  const given = Object.entries({ consumers, tiers }).filter(([, rules]) => Object.keys(rules).length > 0);
  if (!isKnown)
    return given.map(([key]) =>
      toWarning(`${path}.${key}`, "no route with auth leads to the pool: nobody is known there"),
    );
  const { tiers: known } = config;
  if (known.length === 0) return [];
  return Object.keys(tiers)
    .filter((tier) => !known.includes(tier))
    .map((tier) => toWarning(`${path}.tiers.${tier}`, toUnknownTier(tier, known)));
}

/** Whether anything is counted by it. */
export function isUsed(policy: Pick<Policy, "name">, { routes, pools, batch }: Config): boolean {
  const lists = [
    ...routes.map(({ policies }) => policies),
    batch?.limited.policies ?? [],
    ...pools.map(({ outbound }) => outbound?.limited.policies ?? []),
  ];
  return lists.some((list) => list.some(({ name }) => name === policy.name));
}

/** A tier is known by a credential: without one a policy has its own limits. */
export function isOnTiers({ name }: Pick<Policy, "name">, { routes }: Config): boolean {
  return routes.some(
    ({ auth, policies, pool }) =>
      auth !== "none" &&
      [...policies, ...(pool?.outbound?.limited.policies ?? [])].some((policy) => policy.name === name),
  );
}

function findTiers(policy: Policy, config: Config): readonly Finding[] {
  const { name, tiers } = policy;
  if (isOnTiers(policy, config)) return [];
  const message = `no route with auth uses policy "${name}", so nobody is ever on the tier there`;
  // Suspects and trusted clients show no credential.
  const { reputation } = config;
  const isAnonymous = (tier: string): boolean =>
    (reputation !== undefined && tier === SUSPECT_TIER) ||
    (reputation?.trustAfterMs !== undefined && tier === TRUSTED_TIER);
  const named = [...tiers.keys()].filter((tier) => !isAnonymous(tier));
  return named.map((tier) => toWarning(`tiers.${tier}.${name}`, message));
}
