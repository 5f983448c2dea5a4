// Policies and tiers that nothing uses.

import type { Policy } from "../../policies/policy.ts";
import type { Config } from "../config.ts";
import { type ConfigCheck, type Finding, toWarning } from "./finding.ts";

export const findUnused: ConfigCheck = (config) => {
  const used = findUsed(config);
  return [
    ...config.policies
      .filter(({ name }) => !used.has(name))
      .map(({ name }) => toWarning(`policies.${name}`, "no route, pool or batch uses it")),
    ...config.policies.flatMap((policy) => findTiers(policy, config)),
  ];
};

function findUsed({ routes, pools, batch }: Config): ReadonlySet<string> {
  const lists = [
    ...routes.map(({ policies }) => policies),
    batch?.limited.policies ?? [],
    ...pools.map(({ outbound }) => outbound?.limited.policies ?? []),
  ];
  return new Set(lists.flat().map(({ name }) => name));
}

/** A tier is known by a credential: without one a policy has its own limits. */
function findTiers({ name, tiers }: Policy, { routes }: Config): readonly Finding[] {
  const isKnown = routes.some(
    ({ auth, policies, pool }) =>
      auth !== "none" &&
      [...policies, ...(pool?.outbound?.limited.policies ?? [])].some((policy) => policy.name === name),
  );
  if (isKnown) return [];
  const message = `no route with auth uses policy "${name}", so nobody is ever on the tier there`;
  return [...tiers.keys()].map((tier) => toWarning(`tiers.${tier}.${name}`, message));
}
