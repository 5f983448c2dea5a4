// How many Worker instances (isolates) have used a key of late: what they divide among themselves when its counter object
// cannot answer. In memory only, and in two generations, so that it costs a look-up a request and no sweep.

import { LruMap } from "../lru-map.ts";
import type { CounterRequest } from "./counter-messages.ts";

/** An instance counts for so long after it last asked, and for twice as long at most. */
const GENERATION_MS = 30_000;
/** More are counted as so many: nobody's share is worth anything then. */
const ASKERS_MAX = 1_000;

interface KeyAskers {
  sinceMs: number;
  recent: Set<string>;
  /** Those of the generation before who have not asked again. */
  earlier: Set<string>;
}

export class Askers {
  readonly #keys: LruMap<string, KeyAskers>;

  constructor(keysMax: number) {
    this.#keys = new LruMap(keysMax);
  }

  /** Notes who asks. Returns how many use the busiest of the keys, that one included. */
  note({ asker, keys }: Pick<CounterRequest, "asker" | "keys">, nowMs: number): number {
    let most = 1;
    if (asker === undefined) return most;
    for (const { key } of keys) {
      const known = this.#keys.get(key);
      const askers = known ?? { sinceMs: nowMs, recent: new Set(), earlier: new Set() };
      if (known === undefined) this.#keys.set(key, askers);
      else begin(askers, nowMs);
      askers.earlier.delete(asker);
      if (askers.recent.size < ASKERS_MAX) askers.recent.add(asker);
      most = Math.max(most, askers.recent.size + askers.earlier.size);
    }
    return most;
  }
}

/** Begins a new generation, when it is time. */
function begin(askers: KeyAskers, nowMs: number): void {
  const goneMs = nowMs - askers.sinceMs;
  if (goneMs < GENERATION_MS) return;
  Object.assign(askers, {
    sinceMs: nowMs,
    recent: new Set(),
    earlier: goneMs < 2 * GENERATION_MS ? askers.recent : new Set(),
  });
}
