// A map that holds at most so many entries, or so much by what each weighs, and forgets those that were used longest ago.
// The order of use is a list through the entries, and not the map's own: what is taken out of a Map and put in again stays
// in its way as a hole until the whole table is made anew, so that one hot key among thousands would cost 50 us a look.

interface Entry<Key, Value> {
  readonly key: Key;
  value: Value;
  weight: number;
  older: Entry<Key, Value> | undefined;
  newer: Entry<Key, Value> | undefined;
}

export class LruMap<Key, Value> {
  readonly #entries = new Map<Key, Entry<Key, Value>>();
  readonly #weightMax: number;
  readonly #toWeight: ((key: Key, value: Value) => number) | undefined;
  #oldest: Entry<Key, Value> | undefined;
  #newest: Entry<Key, Value> | undefined;
  #weight = 0;

  /** Without `toWeight` each entry weighs 1. A value that is held must not change its weight. */
  constructor(weightMax: number, toWeight?: (key: Key, value: Value) => number) {
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
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#use(entry);
    return entry.value;
  }

  /** Holds neither what weighs more than the map may, nor any longer what stood in its place. */
  set(key: Key, value: Value): void {
    const weight = this.#toWeight?.(key, value) ?? 1;
    if (weight > this.#weightMax) {
      this.delete(key);
      return;
    }
    const known = this.#entries.get(key);
    if (known === undefined) {
      const entry = { key, value, weight, older: undefined, newer: undefined };
      this.#entries.set(key, entry);
      this.#append(entry);
      this.#weight += weight;
    } else {
      this.#weight += weight - known.weight;
      known.value = value;
      known.weight = weight;
      this.#use(known);
    }
    while (this.#weight > this.#weightMax && this.#oldest !== undefined) this.delete(this.#oldest.key);
  }

  /** From the one that was used longest ago. The one that was come to may be deleted meanwhile; none may be used. */
  *entries(): Generator<[Key, Value], void, void> {
    for (let entry = this.#oldest; entry !== undefined;) {
      const { newer } = entry;
      yield [entry.key, entry.value];
      entry = newer;
    }
  }

  delete(key: Key): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#weight -= entry.weight;
    this.#unlink(entry);
  }

  #use(entry: Entry<Key, Value>): void {
    if (entry === this.#newest) return;
    this.#unlink(entry);
    this.#append(entry);
  }

  /* oxlint-disable no-param-reassign -- the entries are the list */
  #append(entry: Entry<Key, Value>): void {
    entry.older = this.#newest;
    entry.newer = undefined;
    if (this.#newest === undefined) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
  }

  #unlink({ older, newer }: Entry<Key, Value>): void {
    if (older === undefined) this.#oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
  }
  /* oxlint-enable no-param-reassign */
}
