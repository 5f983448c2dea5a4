// What a limiter is given, and what it finds. The package's types are made of this file: it names nothing of the inside.

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
  /** Counter objects for keys of one place, 1 to 4096. Default: 64. */
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

/** Why a request is refused. */
export type RefusalCode = "quota-exceeded" | "impossible-cost" | "limiter-unavailable";

export interface LimitResult {
  readonly isAllowed: boolean;
  /** undefined where it is allowed. */
  readonly code: RefusalCode | undefined;
  /** Names of the policies that refuse. */
  readonly violated: readonly string[];
  /** What is left of the policy that is nearest to refusing. */
  readonly remaining: number;
  /** After so many milliseconds this same request is admitted if nothing else comes; Infinity: never. */
  readonly retryAfterMs: number;
  /** Whether a policy was decided without its counter object, by its `onError`. */
  readonly isDegraded: boolean;
  /** X-RateLimit-*, Retry-After, RateLimit and RateLimit-Policy. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** 429 or 503 with a problem document; undefined where it is allowed. */
  readonly toRefusal: () => Response | undefined;
  /** The answer with the fields put on: the same where its headers may be changed, else a copy. */
  readonly addFields: (response: Response) => Response;
}

export interface Limiter<Names extends string = string> {
  /** Decides one request. Throws only for what its types do not allow; a counter that is away is `onError`'s to answer. */
  readonly check: (check: Check<Names>) => Promise<LimitResult>;
}

/** A binding of CounterObject, whatever `wrangler types` makes of it. */
export interface CounterNamespace {
  readonly idFromName: (name: string) => DurableObjectId;
  readonly get: (id: DurableObjectId) => object;
}
