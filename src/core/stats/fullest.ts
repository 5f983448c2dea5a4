// Whose keys have used most of their limit, of more than can be kept: the sixteen fullest by the highest share that was
// seen of each. What is asked for on each decision is one comparison where there is no room.

export const FULLEST_MAX = 16;

interface Entry<Value> {
  percent: number;
  readonly value: Value;
}

export class Fullest<Value> {
  readonly #entries = new Map<string, Entry<Value>>();
  /** What is not above this finds no room. */
  #leastPercent = -1;

  /** Whether it would change anything to note this. */
  isNews(name: string, percent: number): boolean {
    if (percent <= this.#leastPercent) return false;
    const known = this.#entries.get(name);
    return known === undefined || percent > known.percent;
  }

  note(name: string, percent: number, value: Value): void {
    if (!this.isNews(name, percent)) return;
    if (!this.#entries.has(name) && this.#entries.size === FULLEST_MAX) this.#dropLeast();
    this.#entries.set(name, { percent, value });
    if (this.#entries.size < FULLEST_MAX) return;
    this.#leastPercent = Math.min(...Array.from(this.#entries.values(), (entry) => entry.percent));
  }

  /** The fullest first. */
  list(): readonly (Readonly<Entry<Value>> & { readonly name: string })[] {
    return Array.from(this.#entries, ([name, { percent, value }]) => ({ name, percent, value })).sort(
      (a, b) => b.percent - a.percent,
    );
  }

  #dropLeast(): void {
    for (const [name, { percent }] of this.#entries)
      if (percent === this.#leastPercent) {
        this.#entries.delete(name);
        return;
      }
  }
}

/** A counter object with keys of a policy under one of its plans ("": its own limits). */
export interface FullObject {
  readonly tier: string;
  readonly object: string;
}

/** As it travels and is stored. */
export type FullestData = readonly (readonly [
  policy: string,
  tier: string,
  object: string,
  percent: number,
])[];

/** The fullest counter objects of each policy. */
export class FullestObjects {
  readonly #policies = new Map<string, Fullest<FullObject>>();

  add(data: FullestData): void {
    for (const [policy, tier, object, percent] of data) {
      let fullest = this.#policies.get(policy);
      if (fullest === undefined) this.#policies.set(policy, (fullest = new Fullest()));
      fullest.note(`${tier}\n${object}`, percent, { tier, object });
    }
  }

  toData(): FullestData {
    return [...this.#policies].flatMap(([policy, fullest]) =>
      fullest.list().map(({ percent, value: { tier, object } }) => [policy, tier, object, percent] as const),
    );
  }
}
