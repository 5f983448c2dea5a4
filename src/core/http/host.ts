// Reads a host into the one form that URL parsers give it, so that hosts can be compared as text. Forms that a URL parser
// would turn into another host ("127.1" is 127.0.0.1) are refused, not repaired.

import { isIpv4, parseIpv6, writeIpv6 } from "./ip-address.ts";

const HOST_LENGTH_MAX = 253;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/;
/** A last label that makes a URL parser read an IPv4 address (https://url.spec.whatwg.org/#ends-in-a-number-checker). */
const NUMBER = /^(?:\d+|0x[0-9a-f]*)$/;

/** The host in lower case, an IPv6 address in brackets and shortest form; undefined when it is none. No port. */
export function toHost(text: string): string | undefined {
  if (text.length > HOST_LENGTH_MAX) return undefined;
  const host = text.toLowerCase();
  if (host.startsWith("[") && host.endsWith("]")) {
    const address = parseIpv6(host.slice(1, -1));
    return address === undefined ? undefined : `[${writeIpv6(address)}]`;
  }
  const labels = host.split(".");
  if (NUMBER.test(labels.at(-1) ?? "")) return isIpv4(host) ? host : undefined;
  return labels.every((label) => LABEL.test(label)) ? host : undefined;
}
