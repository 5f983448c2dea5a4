// The client's address: IPv4 whole, IPv6 by its /64 (what one subscriber gets), IPv4-mapped IPv6 as the IPv4 it is.

import type { Facts } from "./facts.ts";
import { isIpv4, isIpv4Mapped, parseIpv6 } from "../http/ip-address.ts";
import type { KeyExtractor } from "./key-extractor.ts";

export const ip: KeyExtractor = {
  argument: undefined,
  read: (facts: Facts) => (facts.address === undefined ? undefined : toAddressKey(facts.address)),
};

/**
 * The key of an address, or undefined when it is none: brackets, ports and zone ids are refused, not repaired, for a
 * client must not get a second counter by a second way of writing its address.
 * `2001:db8::1.2.3.4` is IPv6 like any other; only ::ffff:0:0/96 is IPv4 (RFC 4291 section 2.5.5.2).
 */
export function toAddressKey(address: string): string | undefined {
  if (isIpv4(address)) return address;
  const groups = parseIpv6(address);
  if (groups === undefined) return undefined;
  if (isIpv4Mapped(groups)) return groups.slice(6).flatMap(toOctets).join(".");
  const network = groups.slice(0, 4).map((group) => group.toString(16));
  return `${network.join(":")}::/64`;
}

function toOctets(group: number): readonly number[] {
  return [group >> 8, group & 255];
}
