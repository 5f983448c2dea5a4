// What the README's table says of each algorithm. Apart from the algorithms, since no gateway reads it.

import type { AlgorithmName } from "./registry.ts";

/** Each is a short phrase. */
export interface AlgorithmFacts {
  /** Whether no rolling window ever admits more than `worstCase` says, and whether that is the limit. */
  readonly exact: string;
  /** The most that one rolling window can admit. */
  readonly worstCase: string;
  readonly burst: string;
  readonly storage: string;
}

export const algorithmFacts: Readonly<Record<AlgorithmName, AlgorithmFacts>> = {
  concurrency: {
    exact: "yes",
    worstCase: "limit in flight",
    burst: "`limit` at once",
    storage: "up to 2 x limit integers",
  },
  "fixed-window": {
    exact: "per window",
    worstCase: "2 x limit",
    burst: "`limit` at once, twice across an edge",
    storage: "3 integers",
  },
  "leaky-bucket": {
    exact: "yes",
    worstCase: "limit, evenly spaced; limit + c - 1 where requests cost c",
    burst: "none: delays up to `delayMax`",
    storage: "5 integers",
  },
  quota: {
    exact: "per period",
    worstCase: "limit per period",
    burst: "`limit` at once",
    storage: "2 integers",
  },
  "sliding-window-counter": {
    exact: "no: an estimate",
    worstCase: "just under 2 x limit",
    burst: "`limit` at once",
    storage: "4 integers",
  },
  "sliding-window-log": {
    exact: "yes",
    worstCase: "limit",
    burst: "`limit` at once",
    storage: "up to 2 x limit integers",
  },
  "sliding-window": {
    exact: "yes; up to one sub-window stricter",
    worstCase: "limit",
    burst: "`limit` at once",
    storage: "up to 2 x (k + 1) integers",
  },
  "token-bucket": {
    exact: "yes",
    worstCase: "burst + refill",
    burst: "`burst` at once",
    storage: "4 integers",
  },
};
