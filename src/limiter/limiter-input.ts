// What a limiter is given: the types of createLimiter's and check's arguments.

import type { Duration } from "../core/config/input-values.ts";

/** A named limit: an algorithm and its options, as in a configuration's `policies`. */
export interface LimiterPolicyInput {
  readonly algorithm:
    | "token-bucket"
    | "sliding-window"
    | "sliding-window-log"
    | "sliding-window-counter"
    | "fixed-window"
    | "leaky-bucket"
    | "quota";
  /** Units per window: 1 to 2^40. */
  readonly limit: number;
  /** Not of a quota, which has a period. */
  readonly window?: Duration;
  /** Units that may come at once, of a token bucket. */
  readonly burst?: number;
  /** Of a quota. */
  readonly period?: "hour" | "day" | "week" | "month" | "year";
  readonly timeZone?: string;
  readonly anchorDay?: number;
  readonly weekStart?: "monday" | "sunday";
  readonly startHour?: number;
  /** Of a sliding window. */
  readonly subWindows?: number;
  /** Of a fixed window. */
  readonly align?: "epoch" | "first-request";
  /** Of a leaky bucket: the longest that a request is held back. */
  readonly delayMax?: Duration;
  /** What becomes of a request whose counter cannot answer in time. Default: "local". */
  readonly onError?: "local" | "local-full" | "open" | "closed";
  /** How long a counter has for its answer. Default: 500. */
  readonly timeoutMs?: number;
  /** "exact": no quota leases, every request asks its counter. Default: "auto". */
  readonly consistency?: "auto" | "exact";
  /** "shadow" counts and refuses nobody (dry run). Default: "enforce". */
  readonly mode?: "enforce" | "shadow";
}

export interface LimiterOptions<Names extends string = string> {
  readonly policies: Readonly<Record<Names, LimiterPolicyInput>>;
  /** Counter objects for keys of one place, 1 to 1024. Default: 64. */
  readonly shards?: number;
}

export interface Check<Names extends string = string> {
  /** One policy, or several: all admit the request, or none counts it. */
  readonly policy: Names | readonly Names[];
  /** Who is counted: an account's id, an address. Whatever a client can invent, a client can be anybody by. */
  readonly key: string;
  /** Quota units; 0 asks and takes nothing. Default: 1. */
  readonly cost?: number;
  /**
   * Where the key's counter lives: a continent as `request.cf.continent` has it puts it near the client. A key is counted by
   * itself in each place: give one that its clients do not change. Default: one place for the whole world.
   */
  readonly near?: string | undefined;
}
