// Limits guessing of tokens: an address whose attempts keep failing is not listened to for a while, whatever it shows.
// Bounded, and of one isolate: a guesser gets so many tries in each that it reaches.

import { LruMap } from "../core/lru-map.ts";

const FAILURES_MAX = 10;
const WINDOW_MS = 60_000;
const ADDRESSES_MAX = 10_000;

interface Failures {
  readonly count: number;
  readonly endsMs: number;
}

export class FailureLimit {
  readonly #failures = new LruMap<string, Failures>(ADDRESSES_MAX);

  /** Milliseconds until the address is listened to again; 0 when it is now. */
  toWaitMs(address: string, nowMs: number): number {
    const known = this.#failures.get(address);
    return known === undefined || known.count < FAILURES_MAX ? 0 : Math.max(0, known.endsMs - nowMs);
  }

  count(address: string, nowMs: number): void {
    const known = this.#failures.get(address);
    const isOpen = known !== undefined && nowMs < known.endsMs;
    this.#failures.set(address, {
      count: isOpen ? known.count + 1 : 1,
      endsMs: isOpen ? known.endsMs : nowMs + WINDOW_MS,
    });
  }
}
