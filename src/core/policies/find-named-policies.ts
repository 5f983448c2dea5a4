// Resolves the policies that a route or an origin pool names, and finds costs that these can never admit.

import type { Algorithm } from "../algorithms/algorithm.ts";
import { algorithms } from "../algorithms/registry.ts";
import type { Problem } from "../result.ts";
import { toDearest, toPressed } from "./follow-price.ts";
import { isCounted } from "./limit-rule.ts";
import type { Policy } from "./policy.ts";
import { toEntries } from "../schema/list-of.ts";
import { showGiven, toInvalid } from "../schema/parse-with.ts";
import { LIMIT_MAX } from "../schema/primitives.ts";

export interface NamedPolicies {
  /** The names that the configuration gives, also of policies that have problems of their own. */
  readonly policyNames: readonly string[];
  readonly policies: ReadonlyMap<string, Policy>;
}

/** What is no list, or no text in it, is a problem of the shape and has been reported. */
export function findNamedPolicies(
  given: unknown,
  { policies, policyNames, path }: NamedPolicies & { readonly path: string },
  problems: Problem[],
): readonly Policy[] {
  const names = toEntries(given);
  const resolved: Policy[] = [];
  for (const [index, name] of names.entries()) {
    if (typeof name !== "string") continue;
    const at = `${path}.policies.${index}`;
    const policy = policies.get(name);
    if (names.indexOf(name) !== index) {
      const message = `must name each policy once, received ${showGiven(name)} again`;
      problems.push({ path: at, code: "duplicate", message });
    } else if (policy !== undefined) {
      resolved.push(policy);
    } else if (!policyNames.includes(name)) {
      problems.push(toUnknownPolicy(at, name, policyNames));
    }
  }
  return resolved;
}

export function toUnknownPolicy(path: string, given: string, known: readonly string[]): Problem {
  return toInvalid(path, { wanted: "must name a policy", given, code: "unknown-policy", known });
}

/** Whatever else stands there is a problem of the shape, or no number before there is a request. */
const isCost = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= LIMIT_MAX;

/** A cost that no state of a policy can meet would refuse every request. */
export function findImpossible(policies: readonly Policy[], cost: unknown, path: string): readonly Problem[] {
  if (!isCost(cost)) return [];
  const problems: Problem[] = [];
  for (const policy of policies) {
    if (!isCounted(policy)) continue;
    const algorithm = algorithms[policy.algorithm] as Algorithm<unknown, unknown>;
    const { outcome } = algorithm.decide(policy.settings, undefined, {
      nowMs: 0,
      cost: toDearest(policy, cost),
    });
    if (outcome !== "impossible") continue;
    const message = `must be within what policy "${policy.name}" can ever admit, received ${cost}${toPressed(policy, cost)}`;
    problems.push({ path: `${path}.cost`, code: "impossible-cost", message });
  }
  return problems;
}
