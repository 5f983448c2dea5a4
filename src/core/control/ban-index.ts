// Which operator's ban a request falls under. Only the parts that some ban names are read from a request.

import type { Facts } from "../keys/facts.ts";
import { type KeyPart, parseKey } from "../keys/parse-key.ts";
import { type Ban, isActive } from "./entries.ts";

interface BannedValues {
  readonly part: KeyPart;
  readonly byValue: Map<string, Ban[]>;
}

/** The banned values of each part that a ban names; empty when there is no ban. */
export type BanIndex = readonly BannedValues[];

export function createBanIndex(bans: readonly Ban[]): BanIndex {
  const byKey = new Map<string, BannedValues>();
  for (const ban of bans) {
    const parsed = parseKey(ban.key, "key");
    const [part] = parsed.ok ? parsed.value : [];
    if (part === undefined) continue;
    const known = byKey.get(part.label) ?? { part, byValue: new Map<string, Ban[]>() };
    byKey.set(part.label, known);
    const value = part.toValue?.(ban.value) ?? ban.value;
    known.byValue.set(value, [...(known.byValue.get(value) ?? []), ban]);
  }
  return [...byKey.values()];
}

export function findBan(index: BanIndex, facts: Facts, nowMs: number): Ban | undefined {
  for (const { part, byValue } of index) {
    const value = part.read(facts, part.argument);
    const ban = value === undefined ? undefined : byValue.get(value)?.find((one) => isActive(one, nowMs));
    if (ban !== undefined) return ban;
  }
  return undefined;
}
