// The newest refused and failed requests that isolates reported, and the newest crossings of quotas: in memory, bounded.

import type { CrossedItem, StatsReport, TailAnswer, TailItem } from "./stats-messages.ts";

const ITEMS_MAX = 500;

export class StatsTail {
  #items: (TailItem | CrossedItem)[] = [];
  #latest = 0;

  add({ tail, crossings }: Pick<StatsReport, "tail" | "crossings">): void {
    const crossed = crossings.map((crossing): CrossedItem => ({ kind: "crossed", ...crossing }));
    this.#latest += tail.length + crossed.length;
    this.#items = [...this.#items, ...tail, ...crossed].slice(-ITEMS_MAX);
  }

  /** The newest first. A number that is not known, for the object forgot it, is none. */
  list(after: number): TailAnswer {
    const fresh = after > this.#latest ? this.#latest : this.#latest - after;
    return { items: fresh === 0 ? [] : this.#items.slice(-fresh).toReversed(), latest: this.#latest };
  }
}
