// A set of IP networks.

import { AddressMap, type Network, parseNetwork, writeNetwork } from "./address-map.ts";

export class AddressSet {
  readonly #networks: readonly Network[];
  readonly #known = new AddressMap<true>();

  /** `networks` are of isNetwork. */
  constructor(networks: readonly string[]) {
    this.#networks = networks.map((text) => parseNetwork(text)).filter((network) => network !== undefined);
    for (const network of this.#networks) this.#known.set(network, true);
  }

  get isEmpty(): boolean {
    return this.#networks.length === 0;
  }

  /** The networks of another set that are in this one whole, written as their first address and their length. */
  listCovered(other: AddressSet): readonly string[] {
    return other.#networks
      .filter((network) => this.#known.findAround(network, isThere) === true)
      .map(writeNetwork);
  }

  /** Whether an address is in the set. What is no address is in none. */
  has(text: string | undefined): boolean {
    return text !== undefined && this.#known.find(text, isThere) === true;
  }
}

const isThere = (value: true): true => value;
