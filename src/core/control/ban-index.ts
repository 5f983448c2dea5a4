// Which operator's ban a request falls under. Only the parts that some ban names are read from a request, and each is looked
// up once, however many bans there are; in banned networks its address is looked up once for each prefix length among them.

import { AddressMap, parseNetwork } from "../access/address-map.ts";
import type { Facts } from "../keys/facts.ts";
import { type KeyPart, parseKey } from "../keys/parse-key.ts";
import { type Ban, isActive } from "./entries.ts";

interface BannedValues {
  readonly part: KeyPart;
  readonly byValue: Map<string, Ban[]>;
}

export interface BanIndex {
  readonly all: readonly Ban[];
  /** The banned values of each part that a ban names; an IPv6 address is banned with its /64. */
  readonly parts: readonly BannedValues[];
  /** undefined where no ban names a network. */
  readonly networks: AddressMap<readonly Ban[]> | undefined;
}

/** undefined where there is no ban. */
export function createBanIndex(bans: readonly Ban[]): BanIndex | undefined {
  if (bans.length === 0) return undefined;
  const ofNetworks = bans.filter(isOfNetwork);
  return {
    all: bans,
    parts: toParts(bans.filter((ban) => !isOfNetwork(ban))),
    networks: ofNetworks.length === 0 ? undefined : toNetworks(ofNetworks),
  };
}

/** How many hold now. */
export function countBans(index: BanIndex | undefined, nowMs: number): number {
  return index === undefined ? 0 : index.all.filter((ban) => isActive(ban, nowMs)).length;
}

export function findBan(index: BanIndex | undefined, facts: Facts, nowMs: number): Ban | undefined {
  if (index === undefined) return undefined;
  const { parts, networks } = index;
  const findActive = (bans: readonly Ban[]): Ban | undefined => bans.find((ban) => isActive(ban, nowMs));
  for (const { part, byValue } of parts) {
    const value = part.read(facts, part.argument);
    const bans = value === undefined ? undefined : byValue.get(value);
    const ban = bans && findActive(bans);
    if (ban !== undefined) return ban;
  }
  return networks === undefined ? undefined : networks.find(facts.address ?? "", findActive);
}

const isOfNetwork = ({ key, value }: Ban): boolean => key === "ip" && value.includes("/");

function toParts(bans: readonly Ban[]): readonly BannedValues[] {
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

function toNetworks(bans: readonly Ban[]): AddressMap<readonly Ban[]> {
  const networks = new AddressMap<readonly Ban[]>();
  for (const ban of bans) {
    const network = parseNetwork(ban.value);
    if (network !== undefined) networks.set(network, [...(networks.get(network) ?? []), ban]);
  }
  return networks;
}
