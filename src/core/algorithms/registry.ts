// The one list of algorithms. The configuration, the contract tests and the README's table read it.

import { tokenBucket } from "./token-bucket.ts";

export const algorithms = {
  "token-bucket": tokenBucket,
} as const;

export type AlgorithmName = keyof typeof algorithms;
