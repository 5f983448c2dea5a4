// A policy's limits that no request gets, or that limit nothing: for routes or methods that the policy does not count, behind
// others that take all of theirs, no access for anybody, no limit for anybody, a claim of tokens that nobody has.

import type { Policy, PolicyVariant } from "../../policies/policy.ts";
import type { Config } from "../config.ts";
import { type ConfigCheck, type Finding, toProblem, toWarning } from "./finding.ts";

export const findVainLimits: ConfigCheck = (config) =>
  config.policies.flatMap((policy) => {
    const counted = findCounted(policy, config);
    return [
      ...findRule(policy, config),
      ...findOf(policy.variants, counted, `policies.${policy.name}.limits`),
      ...[...policy.tiers].flatMap(([tier, { variants }]) =>
        findOf(variants, counted, `tiers.${tier}.${policy.name}.limits`),
      ),
    ];
  });

/** What is wrong with a limit that is no number. */
function findRule(policy: Policy, { auth }: Config): readonly Finding[] {
  const path = `policies.${policy.name}.limit`;
  const all = [policy, ...policy.tiers.values()];
  const limits = [...all, ...all.flatMap(({ variants }) => variants.map((variant) => variant.policy))];
  if (limits.every(({ rule }) => rule?.kind === "none"))
    return [
      toWarning(path, "nobody has another limit: all that it counts is refused, until an override gives one"),
    ];
  if (limits.every(({ rule }) => rule?.kind === "unlimited"))
    return [toWarning(path, "nobody has another limit, so nothing is limited")];
  const claimed = limits.find(({ rule }) => rule?.kind === "claim");
  if (claimed?.rule?.kind !== "claim" || auth.issuers.length > 0) return [];
  const message = `auth.issuers is empty: nobody has a token with the claim "${claimed.rule.claim.text}", and all would have the default`;
  return [toProblem(claimed.plan ? `tiers.${claimed.plan}.${policy.name}.limit` : path, message)];
}

/** What counts by the policy: routes, for themselves and for the pool that they lead to, and batches. */
interface Counted {
  readonly path: string;
  readonly methods: ReadonlySet<string> | undefined;
}

function findCounted({ name }: Policy, { routes, batch }: Config): readonly Counted[] {
  const isOf = (policies: readonly Policy[] = []): boolean => policies.some((policy) => policy.name === name);
  return [
    ...routes.filter(({ policies, pool }) => isOf(policies) || isOf(pool?.outbound?.limited.policies)),
    ...(batch !== undefined && isOf(batch.limited.policies)
      ? [{ path: batch.path, methods: new Set(["POST"]) }]
      : []),
  ];
}

function findOf(
  variants: readonly PolicyVariant[],
  counted: readonly Counted[],
  path: string,
): readonly Finding[] {
  // A policy that nothing uses is another finding.
  if (counted.length === 0) return [];
  return variants.flatMap((variant, index) => {
    const before = variants.slice(0, index).findIndex((one) => takesAllOf(one, variant));
    if (before !== -1) {
      const message = `no request gets here: limits.${before} stands before it and takes all of them`;
      return [toProblem(`${path}.${index}`, message)];
    }
    if (counted.some((one) => mayFit(variant, one))) return [];
    const message = "no request that the policy counts is on these routes with these methods";
    return [toProblem(`${path}.${index}`, message)];
  });
}

function mayFit({ routes, methods }: PolicyVariant, counted: Counted): boolean {
  if (routes !== undefined && !routes.has(counted.path)) return false;
  if (methods === undefined || counted.methods === undefined) return true;
  return [...counted.methods].some(
    (method) => hasMethod(methods, method) || (method === "GET" && methods.has("HEAD")),
  );
}

const hasMethod = (methods: ReadonlySet<string>, method: string): boolean =>
  methods.has(method) || (method === "HEAD" && methods.has("GET"));

function takesAllOf(before: PolicyVariant, variant: PolicyVariant): boolean {
  return (
    isWithin(before.routes, variant.routes) &&
    isWithin(before.countries, variant.countries) &&
    (before.methods === undefined ||
      (variant.methods !== undefined &&
        [...variant.methods].every((method) => hasMethod(before.methods ?? new Set(), method))))
  );
}

function isWithin(all: ReadonlySet<string> | undefined, some: ReadonlySet<string> | undefined): boolean {
  return all === undefined || (some !== undefined && [...some].every((one) => all.has(one)));
}
