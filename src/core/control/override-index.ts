// Finds the override of a request: an exact key before the longest wildcard, that before a tier, that before the whole
// policy. The policies with overridden limits are made once per snapshot: a request only looks them up.

import type { Policy } from "../policies/policy.ts";
import { applyLimits } from "../policies/apply-limits.ts";
import type { Override } from "./entries.ts";
import { type Glob, matchesGlob, parseGlob } from "../glob.ts";

export interface AppliedOverride {
  readonly override: Override;
  /** The policy with the override's limits. */
  readonly policy: Policy;
}

interface Wildcard {
  readonly globs: readonly Glob[];
  readonly length: number;
  readonly applied: AppliedOverride;
}

interface PolicyOverrides {
  /** By the key's parts. Where two say something of the same, the later comes first. */
  readonly exact: Map<string, AppliedOverride[]>;
  /** Longest first. */
  readonly wildcards: Wildcard[];
  readonly tiers: Map<string, AppliedOverride[]>;
  readonly whole: AppliedOverride[];
}

/** By policy. Policies without an override are not in it. */
export type OverrideIndex = ReadonlyMap<string, PolicyOverrides>;

/** The request's key and tier. A part of the key that is missing is undefined. */
export interface OverrideSubject {
  readonly key: readonly (string | undefined)[];
  readonly tier: string | undefined;
}

/** Creates the index. An override that cannot be applied (no such policy, or not these limits) is left out. */
export function createOverrideIndex(
  policies: readonly Policy[],
  overrides: readonly Override[],
): OverrideIndex {
  const index = new Map<string, PolicyOverrides>();
  const newestFirst = [...overrides].sort((a, b) => b.createdAtMs - a.createdAtMs);
  for (const override of newestFirst) {
    const policy = policies.find(({ name }) => name === override.policy);
    const applied = policy === undefined ? undefined : applyLimits(policy, override);
    if (policy === undefined || applied?.ok !== true) continue;
    const known = index.get(policy.name) ?? {
      exact: new Map(),
      wildcards: [],
      tiers: new Map(),
      whole: [],
    };
    index.set(policy.name, known);
    const key = override.key?.map((text, at) => policy.key[at]?.toValue?.(text) ?? text);
    addOverride(known, { override, policy: applied.value }, key);
  }
  for (const { wildcards } of index.values()) wildcards.sort((a, b) => b.length - a.length);
  return index;
}

/** `key` is as requests have it: an address, however it is written. */
function addOverride(
  known: PolicyOverrides,
  applied: AppliedOverride,
  key: readonly string[] | undefined,
): void {
  const { tier } = applied.override;
  if (tier !== undefined) push(known.tiers, tier, applied);
  else if (key === undefined) known.whole.push(applied);
  else if (key.some((part) => part.includes("*"))) {
    const globs = key.map(parseGlob);
    known.wildcards.push({ globs, length: globs.reduce((sum, glob) => sum + glob.length, 0), applied });
  } else push(known.exact, toExact(key), applied);
}

/** The active override, or undefined: the policy as it is configured. */
export function findOverride(
  index: OverrideIndex,
  policy: string,
  { key, tier, nowMs }: OverrideSubject & { readonly nowMs: number },
): AppliedOverride | undefined {
  const known = index.get(policy);
  if (known === undefined) return undefined;
  const isLive = ({ override: { expiresAtMs } }: AppliedOverride): boolean =>
    expiresAtMs === undefined || nowMs < expiresAtMs;
  const parts = key.every((part) => part !== undefined) ? key : undefined;
  return (
    (parts === undefined ? undefined : known.exact.get(toExact(parts))?.find(isLive)) ??
    (parts === undefined
      ? undefined
      : known.wildcards.find((wildcard) => matchesKey(wildcard, parts) && isLive(wildcard.applied))
          ?.applied) ??
    (tier === undefined ? undefined : known.tiers.get(tier)?.find(isLive)) ??
    known.whole.find(isLive)
  );
}

function matchesKey({ globs }: Wildcard, parts: readonly string[]): boolean {
  return globs.length === parts.length && globs.every((glob, at) => matchesGlob(glob, parts[at] ?? ""));
}

/** The parts of a key with their lengths, so that no two keys read the same. */
function toExact(parts: readonly string[]): string {
  return parts.map((part) => `${part.length}:${part}`).join("|");
}

function push<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const values = map.get(key) ?? [];
  values.push(value);
  map.set(key, values);
}
