// Finds the counters of one key of a policy: one, or one a place where the key has an address (docs/architecture.md, "Where
// counters live").

import { algorithms } from "../core/algorithms/registry.ts";
import type { Algorithm } from "../core/algorithms/algorithm.ts";
import type { Policy } from "../core/config/config.ts";
import { findOverride } from "../core/control/override-index.ts";
import { toCounterKey } from "../core/keys/counter-key.ts";
import type { Facts } from "../core/keys/facts.ts";
import { toAddressKey } from "../core/keys/ip.ts";
import { readClock } from "../platform/clock.ts";
import type { AdminControls } from "./operation.ts";

/** Where a key with an address may be counted. */
export const PLACES = ["AF", "AN", "AS", "EU", "NA", "OC", "SA", "unknown"] as const;

export interface FoundCounter {
  readonly object: string;
  readonly key: string;
  /** With the override that is in force for this key. */
  readonly policy: Policy;
  /** What is left to who has used nothing. */
  readonly unused: number;
  /** The override's id. */
  readonly override: string | undefined;
}

export function hasAddress({ key }: Policy): boolean {
  return key.some(({ label }) => label === "ip");
}

export function findCounters(
  { config, overrides }: AdminControls,
  written: Policy,
  { values: given, place }: { readonly values: readonly string[]; readonly place: string | undefined },
): readonly FoundCounter[] {
  const values = written.key.map(({ label }, index) => toValue(label, given[index] ?? ""));
  const index = overrides();
  const subject = { key: values, tier: undefined, nowMs: readClock() };
  const applied = index === undefined ? undefined : findOverride(index, written.name, subject);
  const policy = applied?.policy ?? written;
  const algorithm = algorithms[policy.algorithm] as Algorithm<unknown, unknown>;
  const unused = algorithm.decide(policy.settings, undefined, { nowMs: 0, cost: 0 }).remaining;
  const parts = policy.key.map((part, at) => ({ ...part, read: () => values[at] }));
  const places = hasAddress(policy) ? (place === undefined ? PLACES : [place]) : ["unknown"];
  return places.flatMap((continent) => {
    // Every part reads its given value: of the facts, only the place is asked.
    const facts = { continent: continent === "unknown" ? undefined : continent } as Facts;
    const counter = toCounterKey(parts, facts, { onMissing: "shared", shards: config().counters.shards });
    return typeof counter === "string"
      ? []
      : [{ ...counter, policy, unused, override: applied?.override.id }];
  });
}

/** IPv6 addresses count by their network, however they are written. */
function toValue(label: string, text: string): string {
  return label === "ip" ? (toAddressKey(text) ?? text) : text;
}
