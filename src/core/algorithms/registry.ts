// The one list of algorithms. The configuration and the contract tests read it; the README's table has a
// row for each, by algorithm-facts.ts.

import type { Algorithm } from "./algorithm.ts";
import { concurrency } from "./concurrency.ts";
import { fixedWindow } from "./fixed-window.ts";
import { leakyBucket } from "./leaky-bucket.ts";
import { quota } from "./quota.ts";
import { slidingWindowCounter } from "./sliding-window-counter.ts";
import { slidingWindowLog } from "./sliding-window-log.ts";
import { slidingWindow } from "./sliding-window.ts";
import { tokenBucket } from "./token-bucket.ts";

export const algorithms = {
  "token-bucket": tokenBucket,
  "sliding-window": slidingWindow,
  "sliding-window-log": slidingWindowLog,
  "sliding-window-counter": slidingWindowCounter,
  "fixed-window": fixedWindow,
  "leaky-bucket": leakyBucket,
  concurrency,
  quota,
} as const;

export type AlgorithmName = keyof typeof algorithms;

export function toAlgorithm(name: AlgorithmName): Algorithm<unknown, unknown> {
  return algorithms[name] as Algorithm<unknown, unknown>;
}
