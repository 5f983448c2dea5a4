// Reads what a route's policies count a request by, and sorts them by the object that owns their counter, and by key
// within it: what one call can decide. Two steps, for a request that is decided without a call needs no object.

import type { Policy } from "../../core/policies/policy.ts";
import type { Check, KeyChecks } from "../../core/counters/counter-messages.ts";
import { type CounterKey, isEnforcedKey, toCounterKey, toObjectName } from "../../core/keys/counter-key.ts";
import type { Group } from "./counter-client.ts";
import type { RequestFacts } from "../request/request-facts.ts";

export interface PolicyKeys {
  /** The policies that count this request. */
  readonly counted: ReadonlyMap<Policy, CounterKey>;
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
export function readKeys(policies: readonly Policy[], facts: RequestFacts): PolicyKeys {
  const counted = new Map<Policy, CounterKey>();
  const keys = new Map<string, string>();
  const missing: string[] = [];
  let isRepeatable = true;
  for (const policy of policies) {
    const counterKey = toCounterKey(policy.key, facts, policy);
    // No key, but the same say as every key has: a shadow policy refuses nobody.
    if (counterKey === "deny" && isEnforcedKey("", policy)) missing.push(policy.name);
    if (typeof counterKey === "string") continue;
    counted.set(policy, counterKey);
    keys.set(policy.name, counterKey.key);
    isRepeatable &&= policy.settle === undefined && policy.algorithm !== "concurrency";
  }
  return { counted, keys, missing, isRepeatable };
}

export function groupPolicies(
  { counted }: PolicyKeys,
  facts: RequestFacts,
  { shards, cost }: { readonly shards: number; readonly cost: number },
): readonly Group[] {
  const objects = new Map<string, Map<string, Keyed>>();
  for (const [policy, counterKey] of counted) {
    const object = toObjectName(counterKey, facts, shards);
    const byKey = objects.get(object) ?? new Map<string, Keyed>();
    objects.set(object, byKey);
    addPolicy(byKey, counterKey.key, policy);
  }
  return [...objects].map(([object, byKey]) => toGroup(object, byKey, cost));
}

function addPolicy(byKey: Map<string, Keyed>, key: string, policy: Policy): void {
  const keyed = byKey.get(key) ?? { policies: [] };
  keyed.policies.push(policy);
  byKey.set(key, keyed);
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
