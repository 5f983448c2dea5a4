// A set of IP networks.

import { AddressMap, type Network, parseNetwork, writeNetwork } from "./address-map.ts";

export class AddressSet {
  readonly #networks: readonly Network[];
  /** As they are written. */
  readonly #known = new AddressMap<string>();

  /** `networks` are of isNetwork. */
  constructor(networks: readonly string[]) {
    const parsed: Network[] = [];
    for (const text of networks) {
      const network = parseNetwork(text);
      if (network === undefined) continue;
      parsed.push(network);
      this.#known.set(network, text);
    }
    this.#networks = parsed;
  }

  get isEmpty(): boolean {
    return this.#networks.length === 0;
  }

  /** The networks of another set that are in this one whole, written as their first address and their length. */
  listCovered(other: AddressSet): readonly string[] {
    return other.#networks
      .filter((network) => this.#known.findAround(network, toItself) !== undefined)
      .map(writeNetwork);
  }

  /** Whether an address is in the set. What is no address is in none. */
  has(text: string | undefined): boolean {
    return this.find(text) !== undefined;
  }

  /** The network that an address is in, as it is written; the narrowest of several. */
  find(text: string | undefined): string | undefined {
    return text === undefined ? undefined : this.#known.find(text, toItself);
  }
}

const toItself = (text: string): string => text;
