// Finds what is wrong with the configuration's `tiers` by itself: their names, and what they refer to. The limits in them
// are read with the policies that they change (parse-variants.ts).

import type { Problem } from "../result.ts";
import { NAME, NAME_WANTED } from "../schema/primitives.ts";
import { isObject, toInvalid } from "../schema/parse-with.ts";
import { toUnknownPolicy } from "./find-named-policies.ts";

export function findTierProblems(tiers: unknown, policyNames: readonly string[]): readonly Problem[] {
  // What is no object is a problem of the shape and has been reported.
  if (!isObject(tiers)) return [];
  const problems: Problem[] = [];
  for (const [tier, policies] of Object.entries(tiers)) {
    const path = `tiers.${tier}`;
    if (!NAME.test(tier)) problems.push(toInvalid(path, { wanted: NAME_WANTED, given: tier }));
    if (isObject(policies)) problems.push(...findUnknownPolicies(path, Object.keys(policies), policyNames));
    else problems.push(toInvalid(path, { wanted: "must be an object of policies", given: policies }));
  }
  return problems;
}

function findUnknownPolicies(
  path: string,
  named: readonly string[],
  policyNames: readonly string[],
): readonly Problem[] {
  return named
    .filter((name) => !policyNames.includes(name))
    .map((name) => toUnknownPolicy(`${path}.${name}`, name, policyNames));
}
