// The client's address: IPv4 whole, IPv6 by its /64 (what one subscriber gets) or a shorter prefix (what some get),
// IPv4-mapped IPv6 as the IPv4 it is.

import * as v from "valibot";
import type { Facts } from "./facts.ts";
import { isIpv4, isIpv4Mapped, parseIpv6 } from "../http/ip-address.ts";
import { object } from "../schema/parse-with.ts";
import { integerBetween } from "../schema/primitives.ts";
import type { KeyExtractor } from "./key-extractor.ts";

const V6_BITS_MIN = 48;
const V6_BITS = 64;

export const ip: KeyExtractor = {
  argument: undefined,
  read: (facts: Facts) => (facts.address === undefined ? undefined : toAddressKey(facts.address)),
};

/** `{ ip: { v6: 56 } }`: of how many bits a client's network is taken to be. */
export const addressPartSchema = object({
  ip: object({ v6: v.optional(integerBetween(V6_BITS_MIN, V6_BITS), V6_BITS) }),
});

/** How keys and their counters call an address: "ip", and "ip/56" where another prefix than the usual is counted by. */
export function toAddressLabel(v6Bits = V6_BITS): string {
  return v6Bits === V6_BITS ? "ip" : `ip/${v6Bits}`;
}

export function isAddressLabel(label: string): boolean {
  return label === "ip" || label.startsWith("ip/");
}

/**
 * The key of an address, or undefined when it is none: brackets, ports and zone ids are refused, not repaired, for a
 * client must not get a second counter by a second way of writing its address.
 * `2001:db8::1.2.3.4` is IPv6 like any other; only ::ffff:0:0/96 is IPv4 (RFC 4291 section 2.5.5.2).
 */
export function toAddressKey(address: string, v6Bits = V6_BITS): string | undefined {
  if (isIpv4(address)) return address;
  const groups = parseIpv6(address);
  if (groups === undefined) return undefined;
  if (isIpv4Mapped(groups)) return groups.slice(6).flatMap(toOctets).join(".");
  const network = groups.slice(0, 4);
  // Of the first 64 bits only those of the last group may be left out.
  network[3] = (network[3] ?? 0) & (0xffff << (V6_BITS - v6Bits)) & 0xffff;
  return `${network.map((group) => group.toString(16)).join(":")}::/${v6Bits}`;
}

function toOctets(group: number): readonly number[] {
  return [group >> 8, group & 255];
}
