// Finds the counters of one key of a policy: one, or one a place where the key has an address (docs/architecture.md, "Where
// counters live").

import { type Policy, toUnused } from "../core/policies/policy.ts";
import type { KeyEntry } from "../core/control/entries.ts";
import { findOverride } from "../core/control/override-index.ts";
import { toCounterKey, toObjectName } from "../core/keys/counter-key.ts";
import type { Facts } from "../core/keys/facts.ts";
import { isAddressLabel } from "../core/keys/ip.ts";
import { PLACES } from "../core/keys/places.ts";
import { readClock } from "../platform/clock.ts";
import { hashText } from "../platform/hash-text.ts";
import type { AdminControls } from "./operation.ts";

export interface FoundCounter {
  readonly object: string;
  readonly key: string;
  /** With the override that is active for this key. */
  readonly policy: Policy;
  /** What is left to who has used nothing. */
  readonly unused: number;
  /** The override's id. */
  readonly override: string | undefined;
}

export function hasAddress({ key }: Policy): boolean {
  return key.some(({ label }) => isAddressLabel(label));
}

/** Who has API keys also has objects that no shard has: those of a policy by `consumer` or `api-key`. */
export function isByKey(policy: Policy): boolean {
  return !hasAddress(policy) && toOwnPart(policy) !== undefined;
}

/**
 * The object that an API key or its consumer has to itself, and the policy with the limits of the key's tier or override;
 * undefined where the policy places its counters otherwise.
 */
export function findKeyObject(
  { overrides }: AdminControls,
  written: Policy,
  { id, consumer, tier }: KeyEntry,
): { readonly object: string; readonly policy: Policy } | undefined {
  const part = toOwnPart(written);
  if (part === undefined) return undefined;
  const value = part.label === "consumer" ? consumer : id;
  // The part reads its given value: of the facts, only the hash is asked.
  const facts = { hash: hashText } as Facts;
  const counter = toCounterKey([{ ...part, read: () => value }], facts, { onMissing: "skip" });
  if (typeof counter === "string") return undefined;
  const key = written.key.map(({ label }) => (label === part.label ? value : undefined));
  const applied = findOverride(overrides() ?? new Map(), written.name, { key, tier, nowMs: readClock() });
  const policy = applied?.policy ?? (tier === undefined ? undefined : written.tiers.get(tier)) ?? written;
  return { object: toObjectName(counter, facts, 1), policy };
}

function toOwnPart({ key }: Policy): Policy["key"][number] | undefined {
  const first = key.find(({ label }) => /^(?:api-key$|consumer$|jwt:)/.test(label));
  return first?.argument === "" ? first : undefined;
}

export function findCounters(
  { config, overrides }: AdminControls,
  written: Policy,
  { values: given, place }: { readonly values: readonly string[]; readonly place: string | undefined },
): readonly FoundCounter[] {
  // IPv6 addresses count by their network, however they are written.
  const values = written.key.map(({ toValue }, index) => {
    const text = given[index] ?? "";
    return toValue?.(text) ?? text;
  });
  const index = overrides();
  const subject = { key: values, tier: undefined, nowMs: readClock() };
  const applied = index === undefined ? undefined : findOverride(index, written.name, subject);
  const policy = applied?.policy ?? written;
  const unused = toUnused(policy);
  const parts = policy.key.map((part, at) => ({ ...part, read: () => values[at] }));
  const places = hasAddress(policy) ? (place === undefined ? PLACES : [place]) : ["unknown"];
  return places.flatMap((continent) => {
    // Every part reads its given value: of the facts, only the place and the hash are asked.
    const facts = { continent: continent === "unknown" ? undefined : continent, hash: hashText } as Facts;
    const counter = toCounterKey(parts, facts, { onMissing: "shared" });
    if (typeof counter === "string") return [];
    const object = toObjectName(counter, facts, config().counters.shards);
    return [{ object, key: counter.key, policy, unused, override: applied?.override.id }];
  });
}
