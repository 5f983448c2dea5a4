// Who comes most often of more than can be counted: Space-Saving (Metwally, Agrawal, El Abbadi 2005). Of a list of n a key
// with more than 1/n of all is always in it. A newcomer takes the place and the count of the least, which is then its error:
// what a key is said to have is what it surely had, and all else is `other`, so that the sum is exact.

export const OTHER = "other";

interface Entry {
  count: number;
  error: number;
}

export class TopList {
  readonly #most: number;
  readonly #entries = new Map<string, Entry>();
  #other = 0;
  /** Entries that had the least count when it was last looked for, in their order; those from `#next` on may still have it. */
  #least: readonly (readonly [key: string, entry: Entry])[] = [];
  #leastCount = 0;
  #next = 0;

  constructor(most: number) {
    this.#most = most;
  }

  add(key: string, units: number): void {
    if (key === OTHER) {
      this.#other += units;
      return;
    }
    const known = this.#entries.get(key);
    if (known !== undefined) known.count += units;
    else if (this.#entries.size < this.#most) this.#entries.set(key, { count: units, error: 0 });
    else this.#replaceLeast(key, units);
  }

  /**
   * Each key with what it surely had, and the rest under `other`; nothing that had none. In whole units: costs that follow a pool
   * have fractions.
   */
  toCounts(): [key: string, count: number][] {
    let other = this.#other;
    const counts: [string, number][] = [];
    for (const [key, { count, error }] of this.#entries) {
      other += error;
      if (count > error) counts.push([key, Math.round(count - error)]);
    }
    if (other > 0) counts.push([OTHER, Math.round(other)]);
    return counts;
  }

  #replaceLeast(key: string, units: number): void {
    const least = this.#takeLeast();
    const error = least?.[1].count ?? 0;
    if (least !== undefined) this.#entries.delete(least[0]);
    this.#entries.set(key, { count: error + units, error });
  }

  /** Whoever has come since has more: all are looked through once for many newcomers. */
  #takeLeast(): readonly [key: string, entry: Entry] | undefined {
    for (; this.#next < this.#least.length; this.#next += 1) {
      const one = this.#least[this.#next];
      if (one === undefined || one[1].count !== this.#leastCount) continue;
      this.#next += 1;
      return one;
    }
    const entries = [...this.#entries];
    this.#leastCount = entries.reduce((least, [, { count }]) => Math.min(least, count), Infinity);
    this.#least = entries.filter(([, { count }]) => count === this.#leastCount);
    this.#next = 1;
    return this.#least[0];
  }
}
