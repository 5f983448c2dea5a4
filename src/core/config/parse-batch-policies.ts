// Reads the policies that count batches as such, and finds what a single member costs too much for them.

import { findImpossible, findNamedPolicies, type NamedPolicies } from "../policies/find-named-policies.ts";
import type { Policy } from "../policies/policy.ts";
import { toVariants } from "../policies/pick-variants.ts";
import type { Problem } from "../result.ts";
import { isObject } from "../schema/parse-with.ts";

/** `given` is the configuration's `batch` as it is written; problems are added to `problems`. */
export function parseBatchPolicies(
  given: unknown,
  named: NamedPolicies,
  problems: Problem[],
): readonly Policy[] {
  const { policies: names, cost, path } = isObject(given) ? given : {};
  const policies = findNamedPolicies(names, { ...named, path: "batch" }, problems);
  const variants = policies.flatMap((policy) => toVariants(policy, typeof path === "string" ? path : ""));
  problems.push(...findImpossible(variants, cost, "batch"));
  return policies;
}
