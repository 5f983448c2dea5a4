// Values by IP networks (CIDR, RFC 4632 and RFC 4291 section 2.3), found by an address in one look-up for each prefix length
// that there is, however many networks there are. IPv4-mapped IPv6 is the IPv4 that it is.

import { isIpv4, isIpv4Mapped, parseIpv6, writeIpv6 } from "../http/ip-address.ts";

/** As numbers, of up to 48 bits: a bigint would be ten times as slow. */
interface Address {
  readonly length: 32 | 128;
  readonly words: readonly number[];
}

export interface Network extends Address {
  readonly prefix: number;
}

interface Group<Value> {
  readonly prefix: number;
  readonly byName: Map<number | string, Value>;
}

/** Bits of an address up to the end of each of its words. */
const ENDS = { 32: [32], 128: [48, 96, 128] } as const;
const WRITTEN = /^([^/]+)(?:\/(\d{1,3}))?$/;
const MAPPED_PREFIX = 96;

export class AddressMap<Value> {
  /** One for each prefix length, the longest first. */
  readonly #groups: Readonly<Record<Address["length"], Group<Value>[]>> = { 32: [], 128: [] };

  /** The value of exactly this network. */
  get(network: Network): Value | undefined {
    const group = this.#groups[network.length].find(({ prefix }) => prefix === network.prefix);
    return group?.byName.get(toName(network, network.prefix));
  }

  set(network: Network, value: Value): void {
    const { length, prefix } = network;
    const groups = this.#groups[length];
    const known = groups.find((group) => group.prefix === prefix);
    const group = known ?? { prefix, byName: new Map<number | string, Value>() };
    group.byName.set(toName(network, prefix), value);
    if (known !== undefined) return;
    groups.push(group);
    groups.sort((a, b) => b.prefix - a.prefix);
  }

  /** The first result that there is for a value, of the networks that the address is in, the narrowest first. */
  find<Result>(text: string, toResult: (value: Value) => Result | undefined): Result | undefined {
    if (this.isEmpty) return undefined;
    const address = parseAddress(text);
    return address && this.findAround({ ...address, prefix: address.length }, toResult);
  }

  /** The same of the networks that all of a network is in. */
  findAround<Result>(network: Network, toResult: (value: Value) => Result | undefined): Result | undefined {
    for (const { prefix, byName } of this.#groups[network.length]) {
      const value = prefix > network.prefix ? undefined : byName.get(toName(network, prefix));
      const result = value === undefined ? undefined : toResult(value);
      if (result !== undefined) return result;
    }
    return undefined;
  }

  get isEmpty(): boolean {
    return this.#groups[32].length + this.#groups[128].length === 0;
  }
}

/**
 * The network of "192.0.2.0/24", "2001:db8::/32" or one address; bits beyond the prefix do not count. `v6Prefix` is that of
 * an IPv6 address without one. undefined: it is none.
 */
export function parseNetwork(text: string, v6Prefix = 128): Network | undefined {
  const [, written = "", prefixText] = WRITTEN.exec(text) ?? [];
  const address = parseAddress(written);
  if (address === undefined) return undefined;
  const isMapped = address.length === 32 && written.includes(":");
  const given = prefixText === undefined ? undefined : Number(prefixText) - (isMapped ? MAPPED_PREFIX : 0);
  const prefix = given ?? (address.length === 32 ? 32 : v6Prefix);
  return prefix < 0 || prefix > address.length ? undefined : { ...address, prefix };
}

/** Whether it is one, without bits beyond its prefix: with some, another network may be meant. */
export function isNetwork(text: string): boolean {
  const network = parseNetwork(text);
  return network?.words.every((word, at) => word === toKept(network, at, network.prefix)) === true;
}

/** "192.0.2.0/24" for "192.0.2.7/24": the network as it should be written. */
export function writeNetwork(network: Network): string {
  const { length, prefix, words } = network;
  const kept = words.map((_, at) => toKept(network, at, prefix));
  if (length === 32) return `${toParts(kept[0] ?? 0, 256, 4).join(".")}/${prefix}`;
  const groups = kept.flatMap((word, at) => toParts(word, 65_536, at === 2 ? 2 : 3));
  return `${writeIpv6(groups)}/${prefix}`;
}

/** The digits of a number, so many, to a base. */
function toParts(number: number, base: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => Math.floor(number / base ** (count - 1 - at)) % base);
}

/** Names the network of this prefix that an address is in. */
function toName(address: Address, prefix: number): number | string {
  if (prefix <= ENDS[address.length][0]) return toKept(address, 0, prefix);
  return `${address.words[0]} ${toKept(address, 1, prefix)} ${toKept(address, 2, prefix)}`;
}

/** A word of an address without the bits beyond the prefix. */
function toKept({ length, words }: Address, at: number, prefix: number): number {
  const word = words[at] ?? 0;
  const dropped = (ENDS[length][at] ?? 0) - prefix;
  if (dropped <= 0) return word;
  // By bits where there are no more than 32 of them, as is quicker; a shift by all of them would be none.
  if (length === 32) return dropped === 32 ? 0 : ((word >>> dropped) << dropped) >>> 0;
  return word - (word % 2 ** dropped);
}

function parseAddress(text: string): Address | undefined {
  if (isIpv4(text)) return { length: 32, words: [toWord(text.split(".").map(Number), 256)] };
  const groups = parseIpv6(text);
  if (groups === undefined) return undefined;
  if (isIpv4Mapped(groups)) return { length: 32, words: [toWord(groups.slice(6), 65_536)] };
  return {
    length: 128,
    words: [
      [0, 3],
      [3, 6],
      [6, 8],
    ].map(([from, to]) => toWord(groups.slice(from, to), 65_536)),
  };
}

function toWord(parts: readonly number[], base: number): number {
  let word = 0;
  for (const part of parts) word = word * base + part;
  return word;
}
