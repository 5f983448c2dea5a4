// Counts the clients that send most, in bounded memory (Misra and Gries, 1982): whoever sends more than one request in
// `CLIENTS_MAX` is among them, with a count that is never too high.

import { RANKS } from "./load.ts";

const CLIENTS_MAX = 32;
/** How many are reported. */
const REPORTED_MAX = 8;
/** Who sends less than this share of an isolate's requests is not reported. */
const SHARE_MIN = 0.02;

export class HeavyClients {
  readonly #counts = new Map<number, number>();

  add(client: number, rank: number): void {
    const key = client * RANKS + rank;
    const count = this.#counts.get(key);
    if (count !== undefined || this.#counts.size < CLIENTS_MAX) this.#counts.set(key, (count ?? 0) + 1);
    else this.#takeOneOfEach();
  }

  /** Those that sent most of `requests`; forgets them all. */
  take(requests: number): readonly (readonly [client: number, rank: number, requests: number])[] {
    const top = [...this.#counts]
      .filter(([, count]) => count > 1 && count >= requests * SHARE_MIN)
      .toSorted(([, a], [, b]) => b - a)
      .slice(0, REPORTED_MAX)
      .map(([key, count]) => [Math.floor(key / RANKS), key % RANKS, count] as const);
    this.#counts.clear();
    return top;
  }

  #takeOneOfEach(): void {
    for (const [key, count] of this.#counts) {
      if (count > 1) this.#counts.set(key, count - 1);
      else this.#counts.delete(key);
    }
  }
}
