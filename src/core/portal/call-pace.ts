// How often each consumer may ask the portal in one isolate. It is no policy: it has no counter object and takes nothing
// from a consumer's limits, and a consumer that asks all the time costs no more than the answer 429.

import { tokenBucket, type TokenBucketState } from "../algorithms/token-bucket.ts";
import { LruMap } from "../lru-map.ts";

const CONSUMERS_MAX = 10_000;
/** One a second, after as many at once as a page and a script need that are opened together. */
export const CALLS_AT_ONCE = 30;
const PACE = { limit: 60, windowMs: 60_000, burst: CALLS_AT_ONCE };

export class CallPace {
  readonly #states = new LruMap<string, TokenBucketState>(CONSUMERS_MAX);

  /** Milliseconds until the consumer may ask again; 0: it may now, and this call is counted. */
  take(consumer: string, nowMs: number): number {
    const decided = tokenBucket.decide(PACE, this.#states.get(consumer), { nowMs, cost: 1 });
    if (decided.outcome !== "allowed") return decided.retryAfterMs;
    if (decided.state !== undefined) this.#states.set(consumer, decided.state);
    return 0;
  }
}
