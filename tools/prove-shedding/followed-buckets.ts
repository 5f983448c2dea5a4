// A token bucket for each client, whose limit follows the pool: the algorithm and the price that ship.

import { tokenBucket, type TokenBucketState } from "../../src/core/algorithms/token-bucket.ts";
import { toFollowedCost } from "../../src/core/policies/follow-price.ts";

export interface FollowedLimit {
  /** A minute, a tenth of it at once. */
  readonly base: number;
  readonly min: number;
}

export class FollowedBuckets {
  readonly #policy: Parameters<typeof toFollowedCost>[0];
  readonly #settings: Parameters<typeof tokenBucket.decide>[0];
  readonly #states = new Map<number, TokenBucketState | undefined>();

  constructor({ base, min }: FollowedLimit) {
    this.#settings = { limit: base, windowMs: 60_000, burst: Math.ceil(base / 10) };
    this.#policy = { limit: base, rule: { kind: "follow", pool: "api", min }, settings: this.#settings };
  }

  /** Whether the client may send a request while this share is let in. */
  take(client: number, share: number, nowMs: number): boolean {
    const moment = { nowMs: Math.floor(nowMs), cost: toFollowedCost(this.#policy, 1, share) };
    const { outcome, state } = tokenBucket.decide(this.#settings, this.#states.get(client), moment);
    if (outcome === "allowed") this.#states.set(client, state);
    return outcome === "allowed";
  }
}
