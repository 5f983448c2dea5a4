// A policy's limits for some requests that no request gets: of routes or methods that the policy does not count, or behind
// others that take all of theirs.

import type { Policy, PolicyVariant } from "../../policies/policy.ts";
import type { Config } from "../config.ts";
import { type ConfigCheck, type Finding, toProblem } from "./finding.ts";

export const findVainLimits: ConfigCheck = (config) =>
  config.policies.flatMap((policy) => {
    const counted = findCounted(policy, config);
    return [
      ...findOf(policy.variants, counted, `policies.${policy.name}.limits`),
      ...[...policy.tiers].flatMap(([tier, { variants }]) =>
        findOf(variants, counted, `tiers.${tier}.${policy.name}.limits`),
      ),
    ];
  });

/** What counts by the policy: routes, and pools by the path that stands for them. */
interface Counted {
  readonly path: string;
  readonly methods: ReadonlySet<string> | undefined;
}

function findCounted({ name }: Policy, { routes, pools, batch }: Config): readonly Counted[] {
  const isOf = (policies: readonly Policy[]): boolean => policies.some((policy) => policy.name === name);
  const ofPools = pools.filter(({ outbound }) => isOf(outbound?.limited.policies ?? []));
  return [
    ...routes.filter(({ policies }) => isOf(policies)),
    ...ofPools.map(({ outbound }) => ({ path: outbound?.limited.path ?? "", methods: undefined })),
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
