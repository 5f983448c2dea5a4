// Hashes what a pool's affinity reads from a request: requests with the same hash keep to one member (sticky sessions).

import type { Facts } from "../keys/facts.ts";
import { hash32 } from "../keys/hash32.ts";
import type { KeyPart } from "../keys/parse-key.ts";

/** The hash of a request; undefined when a part is missing: it goes to any member. */
export function toAffinityHash(parts: readonly KeyPart[], facts: Facts): number | undefined {
  let key = "";
  for (const { argument, read } of parts) {
    const value = read(facts, argument);
    if (value === undefined) return undefined;
    // With its length, so that no two lists of values read as one.
    key += `${value.length}:${value}`;
  }
  return hash32(key);
}
