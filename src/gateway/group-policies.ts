// Sorts a route's policies by the object that owns their counter, and by key within it: what one call can decide.

import type { Policy } from "../core/config/config.ts";
import type { Check, KeyChecks } from "../core/counters/messages.ts";
import { type CounterKey, isEnforcedKey, toCounterKey } from "../core/keys/counter-key.ts";
import type { Group } from "./counter-client.ts";
import type { RequestFacts } from "./request-facts.ts";

export interface Grouped {
  readonly groups: readonly Group[];
  /** By policy. */
  readonly keys: ReadonlyMap<string, string>;
  /** Policies that refuse because what they count by is missing. */
  readonly missing: readonly string[];
  /** A denial stays one until its wait is over: no policy here gives anything back earlier. */
  readonly isRepeatable: boolean;
}

interface Keyed {
  readonly policies: Policy[];
}

/** `policies` are resolved: with the limits that are this request's. */
export function groupPolicies(
  policies: readonly Policy[],
  facts: RequestFacts,
  { shards, cost }: { readonly shards: number; readonly cost: number },
): Grouped {
  const objects = new Map<string, Map<string, Keyed>>();
  const keys = new Map<string, string>();
  const missing: string[] = [];
  let isRepeatable = true;
  for (const policy of policies) {
    const { onMissing, context } = policy;
    const counterKey = toCounterKey(policy.key, facts, { onMissing, shards, context });
    // No key, but the same say as every key has: a shadow policy refuses nobody.
    if (counterKey === "deny" && isEnforcedKey("", policy)) missing.push(policy.name);
    if (typeof counterKey === "string") continue;
    keys.set(policy.name, counterKey.key);
    isRepeatable &&= policy.settle === undefined && policy.algorithm !== "concurrency";
    addPolicy(objects, counterKey, policy);
  }
  const groups = [...objects].map(([object, byKey]) => toGroup(object, byKey, cost));
  return { groups, keys, missing, isRepeatable };
}

function addPolicy(
  objects: Map<string, Map<string, Keyed>>,
  { object, key }: CounterKey,
  policy: Policy,
): void {
  const byKey = objects.get(object) ?? new Map<string, Keyed>();
  const keyed = byKey.get(key) ?? { policies: [] };
  keyed.policies.push(policy);
  byKey.set(key, keyed);
  objects.set(object, byKey);
}

function toGroup(object: string, byKey: ReadonlyMap<string, Keyed>, cost: number): Group {
  const keys: KeyChecks[] = [];
  const policies: Policy[] = [];
  const shadows = new Set<string>();
  for (const [key, keyed] of byKey) {
    const checks = keyed.policies.map((policy): Check => {
      const isShadow = !isEnforcedKey(key, policy);
      if (isShadow) shadows.add(policy.name);
      const { name, algorithm, settings, ban } = policy;
      return { policy: name, algorithm, settings, cost, isShadow, ban };
    });
    keys.push({ key, checks });
    policies.push(...keyed.policies);
  }
  return { object, keys, policies, shadows };
}
