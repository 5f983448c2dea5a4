// What the documents say of each algorithm. Apart from the algorithms, since no gateway reads it.

import type { AlgorithmName } from "./registry.ts";

/** Each is a short phrase. */
export interface AlgorithmFacts {
  /** What it fits best. */
  readonly useFor: string;
  /** Whether no rolling window ever admits more than `worstCase` says, and whether that is the limit. */
  readonly exact: string;
  /** The most that one rolling window can admit. */
  readonly worstCase: string;
  readonly burst: string;
  /** For each key. */
  readonly storage: string;
}

export const algorithmFacts: Readonly<Record<AlgorithmName, AlgorithmFacts>> = {
  concurrency: {
    useFor: "requests in flight at once: slow or streamed answers",
    exact: "yes",
    worstCase: "limit in flight",
    burst: "`limit` at once",
    storage: "up to 2 x limit integers",
  },
  "fixed-window": {
    useFor: "simple counts that callers can follow by the clock",
    exact: "per window",
    worstCase: "2 x limit",
    burst: "`limit` at once, twice across an edge",
    storage: "3 integers",
  },
  "leaky-bucket": {
    useFor: "an origin that wants an even pace",
    exact: "yes",
    worstCase: "limit, evenly spaced; limit + c - 1 where requests cost c",
    burst: "none: delays up to `delayMax`",
    storage: "5 integers",
  },
  quota: {
    useFor: "allowances by the hour, day, week, month or year",
    exact: "per period",
    worstCase: "limit per period",
    burst: "`limit` at once",
    storage: "2 integers",
  },
  "sliding-window-counter": {
    useFor: "large limits where little storage matters more than exactness",
    exact: "no: an estimate",
    worstCase: "just under 2 x limit",
    burst: "`limit` at once",
    storage: "4 integers",
  },
  "sliding-window-log": {
    useFor: "few, dear requests: logins, exports",
    exact: "yes",
    worstCase: "limit",
    burst: "`limit` at once",
    storage: "up to 2 x limit integers",
  },
  "sliding-window": {
    useFor: "a strict limit: never more in any window",
    exact: "yes; up to one sub-window stricter",
    worstCase: "limit",
    burst: "`limit` at once",
    storage: "up to 2 x (k + 1) integers",
  },
  "token-bucket": {
    useFor: "most APIs: a steady rate, with bursts",
    exact: "yes",
    worstCase: "burst + refill",
    burst: "`burst` at once",
    storage: "4 integers",
  },
};
