// Reads the text of an IP address, strictly: one spelling of an IPv4 address, and the standard ones of IPv6 (RFC 4291
// section 2.2). Octal, hexadecimal and short forms, brackets, ports and zone ids are none.

const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/;
const IPV6_LENGTH_MAX = 45;
const GROUPS = 8;
const GROUP = /^[\da-f]{1,4}$/i;

export function isIpv4(text: string): boolean {
  return IPV4.test(text);
}

/** The eight groups of 16 bits of an IPv6 address, or undefined when it is none. */
export function parseIpv6(text: string): readonly number[] | undefined {
  if (text.length > IPV6_LENGTH_MAX) return undefined;
  const hex = toHexGroups(text);
  if (hex === undefined) return undefined;
  const [head = "", tail, ...more] = hex.split("::");
  if (more.length > 0) return undefined;
  const before = splitGroups(head);
  const after = splitGroups(tail ?? "");
  // Section 2.2 of the RFC: "::" stands for one group or more.
  const missing = GROUPS - before.length - after.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...before, ...Array.from({ length: missing }, () => "0"), ...after];
  return groups.every((group) => GROUP.test(group)) ? groups.map((group) => parseInt(group, 16)) : undefined;
}

/** Whether it is in ::ffff:0:0/96: an IPv4 address (RFC 4291 section 2.5.5.2), written in the last two groups. */
export function isIpv4Mapped(groups: readonly number[]): boolean {
  return groups.slice(0, 6).join(":") === "0:0:0:0:0:65535";
}

/** The shortest form: "::" for the first of the longest runs of zeros (RFC 5952 section 4). */
export function writeIpv6(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(":");
  const [run] = [...text.matchAll(/\b0(?::0)+\b/g)].sort(([a], [b]) => b.length - a.length);
  if (run === undefined) return text;
  return `${text.slice(0, Math.max(run.index - 1, 0))}::${text.slice(run.index + run[0].length + 1)}`;
}

function splitGroups(text: string): readonly string[] {
  return text === "" ? [] : text.split(":");
}

/** The last two groups may be written as an IPv4 address. */
function toHexGroups(text: string): string | undefined {
  const start = text.lastIndexOf(":") + 1;
  const last = text.slice(start);
  if (!last.includes(".")) return text;
  if (!isIpv4(last)) return undefined;
  const [a = 0, b = 0, c = 0, d = 0] = last.split(".").map(Number);
  return `${text.slice(0, start)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
