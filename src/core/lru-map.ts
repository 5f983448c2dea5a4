// A map that holds at most so many entries, or so much by what each weighs, and forgets those that were used longest ago.

export class LruMap<Key, Value> {
  readonly #entries = new Map<Key, Value>();
  readonly #weightMax: number;
  readonly #toWeight: (key: Key, value: Value) => number;
  #weight = 0;

  /** Without `toWeight` each entry weighs 1. A value that is held must not change its weight. */
  constructor(weightMax: number, toWeight: (key: Key, value: Value) => number = () => 1) {
    this.#weightMax = weightMax;
    this.#toWeight = toWeight;
  }

  get size(): number {
    return this.#entries.size;
  }

  get weight(): number {
    return this.#weight;
  }

  get(key: Key): Value | undefined {
    const value = this.#entries.get(key);
    if (value === undefined) return undefined;
    // Re-inserted, so that the map's own order is the order of use.
    this.#entries.delete(key);
    this.#entries.set(key, value);
    return value;
  }

  /** Holds neither what weighs more than the map may, nor any longer what stood in its place. */
  set(key: Key, value: Value): void {
    this.delete(key);
    const weight = this.#toWeight(key, value);
    if (weight > this.#weightMax) return;
    this.#entries.set(key, value);
    this.#weight += weight;
    while (this.#weight > this.#weightMax) {
      const [oldest] = this.#entries.keys();
      if (oldest === undefined) return;
      this.delete(oldest);
    }
  }

  /** From the one that was used longest ago. */
  entries(): MapIterator<[Key, Value]> {
    return this.#entries.entries();
  }

  delete(key: Key): void {
    const value = this.#entries.get(key);
    if (value === undefined) return;
    this.#entries.delete(key);
    this.#weight -= this.#toWeight(key, value);
  }
}
