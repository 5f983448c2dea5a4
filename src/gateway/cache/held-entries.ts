// What this isolate holds in memory of the Cache API: records with small bodies, and variants' indexes. Plain bytes and
// plain values alone: a stream belongs to the request that made it. What is changed or deleted here is gone here at once,
// whatever look-ups are still on their way.

import { toHeldUntilMs } from "../../core/cache/held-until.ts";
import type { StoredEntry } from "../../core/cache/stored-response.ts";
import { LruMap } from "../../core/lru-map.ts";
import { readClock } from "../../platform/clock.ts";

/** Larger bodies stream from the Cache API. */
export const HELD_BODY_BYTES_MAX = 65_536;
/** For all keys, records and bodies together: an isolate has 128 MB. */
const HELD_BYTES_MAX = 8 * 1024 * 1024;
/** What an entry takes besides its texts and its body. */
const ENTRY_BYTES = 1_024;
/** Changes that are remembered: a look-up during which there were more is not held. */
const CHANGES_MAX = 1_000;

export interface HeldEntry {
  readonly entry: StoredEntry;
  /** Never written to. */
  readonly body: Uint8Array | null;
  /** How long the entry's text is. */
  readonly textLength: number;
}

interface Held extends HeldEntry {
  readonly untilMs: number;
}

export class HeldEntries {
  readonly #held: LruMap<string, Held>;
  /** Keys and the number of their last change. */
  readonly #changed = new LruMap<string, number>(CHANGES_MAX);
  #changes = 0;

  constructor(bytesMax = HELD_BYTES_MAX) {
    this.#held = new LruMap<string, Held>(bytesMax, toWeight);
  }

  /** How many changes there were: to be noted before a look-up. */
  get changes(): number {
    return this.#changes;
  }

  /** What all that is held takes, in bytes. */
  get bytes(): number {
    return this.#held.weight;
  }

  get(key: string): HeldEntry | undefined {
    const held = this.#held.get(key);
    if (held === undefined || readClock() < held.untilMs) return held;
    this.#held.delete(key);
    return undefined;
  }

  /** Nothing is held of a key any longer, nor of look-ups that have begun. Answers the change's number. */
  change(key: string): number {
    this.#held.delete(key);
    this.#changes += 1;
    this.#changed.set(key, this.#changes);
    return this.#changes;
  }

  /** Whether a key has changed after so many changes, or may have. */
  isChanged(key: string, since: number): boolean {
    return this.#changes - since >= CHANGES_MAX || (this.#changed.get(key) ?? 0) > since;
  }

  /** Holds what stood there when there had been `since` changes: unless its key has changed meanwhile. */
  hold(key: string, held: HeldEntry, since: number): void {
    // Marks are remembered where they are read.
    if (held.entry.kind === "mark") return;
    if ((held.body?.byteLength ?? 0) > HELD_BODY_BYTES_MAX || this.isChanged(key, since)) return;
    const nowMs = readClock();
    const untilMs = toHeldUntilMs(held.entry, nowMs);
    if (nowMs < untilMs) this.#held.set(key, { ...held, untilMs });
  }
}

/** In bytes, rather too many: a text takes at most two for each character. */
function toWeight(key: string, { body, textLength }: HeldEntry): number {
  return ENTRY_BYTES + 2 * (key.length + textLength) + (body?.byteLength ?? 0);
}
