// The one list of algorithms. The configuration, the contract tests and the README's table read it.

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
