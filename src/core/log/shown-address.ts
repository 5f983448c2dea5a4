// A client's address as a log may have it: whole, cut to its network, or not at all.

import { isIpv4, isIpv4Mapped, parseIpv6, writeIpv6 } from "../http/ip-address.ts";

export const SHOWN_ADDRESSES = ["none", "truncated", "full"] as const;
export type ShownAddress = (typeof SHOWN_ADDRESSES)[number];

/** Of IPv6 the first 48 bits stay: what one customer of a provider usually has. */
const V6_GROUPS = 3;

/** What is cut is zero, so that an address is left: systems that index addresses refuse networks. */
export function toShownAddress(address: string | undefined, shown: ShownAddress): string | undefined {
  if (address === undefined || shown === "none") return undefined;
  if (shown === "full") return address;
  if (isIpv4(address)) return address.replace(/\d+$/, "0");
  const groups = parseIpv6(address);
  if (groups === undefined) return undefined;
  if (isIpv4Mapped(groups)) return writeIpv6([...groups.slice(0, 7), (groups[7] ?? 0) & 0xff00]);
  return writeIpv6(groups.map((group, at) => (at < V6_GROUPS ? group : 0)));
}
