// A set of IP networks (CIDR, RFC 4632 and RFC 4291 section 2.3) that is asked in one look-up for each prefix length in
// it, however many networks there are. IPv4-mapped IPv6 is the IPv4 that it is.

import { isIpv4, isIpv4Mapped, parseIpv6, writeIpv6 } from "../http/ip-address.ts";

interface Address {
  readonly bits: bigint;
  readonly length: 32 | 128;
}

/** `bits` are those of the prefix alone; `shift` is how many are left of the address. */
interface Network {
  readonly length: number;
  readonly shift: bigint;
  readonly bits: bigint;
}

const NETWORK = /^([^/]+)(?:\/(\d{1,3}))?$/;
const MAPPED_PREFIX = 96;

export class AddressSet {
  /** `<address length> <prefix length>` and the networks of it, without the bits of hosts. */
  readonly #groups = new Map<
    string,
    { readonly length: number; readonly shift: bigint; readonly networks: Set<bigint> }
  >();

  /** `networks` are of isNetwork. */
  constructor(networks: readonly string[]) {
    for (const text of networks) {
      const { bits, length, prefix } = parseNetwork(text) ?? {};
      if (bits === undefined || length === undefined || prefix === undefined) continue;
      const shift = BigInt(length - prefix);
      const name = `${length} ${prefix}`;
      const group = this.#groups.get(name) ?? { length, shift, networks: new Set() };
      group.networks.add(bits >> shift);
      this.#groups.set(name, group);
    }
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  /** The networks of another set that are in this one whole, written as their first address and their length. */
  listCovered(other: AddressSet): readonly string[] {
    const covered: string[] = [];
    for (const { length, shift, networks } of other.#groups.values())
      for (const bits of networks)
        if (this.#covers({ length, shift, bits })) covered.push(writeNetwork({ length, shift, bits }));
    return covered;
  }

  #covers({ length, shift, bits }: Network): boolean {
    return [...this.#groups.values()].some(
      (group) =>
        group.length === length && group.shift >= shift && group.networks.has((bits << shift) >> group.shift),
    );
  }

  /** Whether an address is in the set. What is no address is in none. */
  has(text: string | undefined): boolean {
    if (text === undefined || this.#groups.size === 0) return false;
    const address = parseAddress(text);
    if (address === undefined) return false;
    for (const { length, shift, networks } of this.#groups.values())
      if (length === address.length && networks.has(address.bits >> shift)) return true;
    return false;
  }
}

/** Whether it is "192.0.2.0/24", "2001:db8::/32" or one address. Bits beyond the prefix are refused: they are a mistake. */
export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined;
}

function parseNetwork(text: string): (Address & { readonly prefix: number }) | undefined {
  const [, written = "", prefixText] = NETWORK.exec(text) ?? [];
  const address = parseAddress(written);
  if (address === undefined) return undefined;
  const isMapped = address.length === 32 && written.includes(":");
  const most = isMapped ? 128 : address.length;
  const given = prefixText === undefined ? most : Number(prefixText);
  if (given > most || (isMapped && given < MAPPED_PREFIX)) return undefined;
  const prefix = isMapped ? given - MAPPED_PREFIX : given;
  const shift = BigInt(address.length - prefix);
  return (address.bits >> shift) << shift === address.bits ? { ...address, prefix } : undefined;
}

function writeNetwork({ length, shift, bits }: Network): string {
  const [count, width] = length === 32 ? [4, 8] : [8, 16];
  const address = bits << shift;
  const parts = Array.from({ length: count }, (_, at) =>
    Number(BigInt.asUintN(width, address >> BigInt((count - 1 - at) * width))),
  );
  return `${length === 32 ? parts.join(".") : writeIpv6(parts)}/${length - Number(shift)}`;
}

function parseAddress(text: string): Address | undefined {
  if (isIpv4(text)) return { bits: toBits(text.split(".").map(Number), 8n), length: 32 };
  const groups = parseIpv6(text);
  if (groups === undefined) return undefined;
  return isIpv4Mapped(groups)
    ? { bits: toBits(groups.slice(6), 16n), length: 32 }
    : { bits: toBits(groups, 16n), length: 128 };
}

function toBits(parts: readonly number[], width: bigint): bigint {
  let bits = 0n;
  for (const part of parts) bits = (bits << width) | BigInt(part);
  return bits;
}
