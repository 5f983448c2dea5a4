// What becomes known of a request on its way: what it waited for, how long, and what the cache made of it. The steps write
// it, log lines and statistics read it; no step decides by it.

import type { CacheResult } from "../../core/cache/cache-status.ts";
import { readClock } from "../../platform/clock.ts";

/** What a request may wait for: its credential's verdict, counter objects, the store, its turn, its origin. */
export const WAITS = ["credential", "counter", "cache", "queue", "origin"] as const;
export type Wait = (typeof WAITS)[number];

export class RequestTrace {
  readonly startedMs: number;
  /** In milliseconds; undefined: it did not wait for that. What was waited for within another wait counts there alone. */
  readonly waitedMs: Record<Wait, number | undefined> = {
    credential: undefined,
    counter: undefined,
    cache: undefined,
    queue: undefined,
    origin: undefined,
  };
  /** undefined: the route has no cache, or it has not been asked. */
  cache: CacheResult | undefined;
  #allMs = 0;

  constructor(startedMs: number) {
    this.startedMs = startedMs;
  }

  async wait<Value>(cause: Wait, promise: Promise<Value>): Promise<Value> {
    const startedMs = readClock();
    const beforeMs = this.#allMs;
    try {
      return await promise;
    } finally {
      const withinMs = this.#allMs - beforeMs;
      const ms = Math.max(0, readClock() - startedMs - withinMs);
      this.waitedMs[cause] = (this.waitedMs[cause] ?? 0) + ms;
      this.#allMs += ms;
    }
  }
}
