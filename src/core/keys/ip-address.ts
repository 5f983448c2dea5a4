// Reads the text of an IP address, strictly: one spelling of an IPv4 address, and the standard ones of IPv6 (RFC 4291
// section 2.2). Octal, hexadecimal and short forms, brackets, ports and zone ids are none.

import ipaddr from "ipaddr.js";

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const IPV6_LENGTH_MAX = 45;

export function isIpv4(text: string): boolean {
  return IPV4.test(text);
}

export function parseIpv6(text: string): ipaddr.IPv6 | undefined {
  if (text.length > IPV6_LENGTH_MAX || text.includes("%")) return undefined;
  const native = toHexGroups(text);
  return native !== undefined && ipaddr.IPv6.isValid(native) ? ipaddr.IPv6.parse(native) : undefined;
}

/** Written out here because ipaddr.js reads "::1.2.3.4" as ::ffff:1.2.3.4, and octal and hexadecimal in the last part. */
function toHexGroups(text: string): string | undefined {
  const start = text.lastIndexOf(":") + 1;
  const last = text.slice(start);
  if (!last.includes(".")) return text;
  if (!isIpv4(last)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = last.split(".").map(Number);
  return `${text.slice(0, start)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
