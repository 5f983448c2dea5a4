// Token bucket: a bucket of `burst` tokens that refills evenly at limit / window. It decides at once and never delays.

import * as v from "valibot";
import { parseWith } from "../config/parse-with.ts";
import { duration, quota } from "../config/primitives.ts";
import { err, ok, type Result } from "../result.ts";
import type { Algorithm, Charge, Moment, Verdict } from "./algorithm.ts";
import { multiplyAddDivide } from "./exact-division.ts";
import { parseStored, storedCount, storedLengthMs, storedTimeMs } from "./stored-state.ts";

export interface TokenBucketConfig {
  readonly limit: number;
  readonly windowMs: number;
  readonly burst: number;
}

/**
 * What is in use, not what is left, so that a changed limit keeps what was used. The fraction is exact: `part` counts
 * in 1/windowMs of a token.
 */
export interface TokenBucketState {
  readonly used: number;
  readonly part: number;
  readonly windowMs: number;
  readonly atMs: number;
}

/**
 * Accuracy: exact; integer milliseconds and fractions of 1/windowMs of a token, so nothing drifts.
 * Worst case: over every interval of x ms at most burst + limit * x / window; so up to burst + limit in one window.
 * Storage per key: four integers. Burst: up to `burst` (default: limit) at once after a pause.
 * When not to use: when no rolling window may ever pass the limit; take sliding-window then.
 * Source: ITU-T I.371 (generic cell rate algorithm, continuous-state leaky bucket); RFC 2697 section 3.
 */
export const tokenBucket: Algorithm<TokenBucketConfig, TokenBucketState> = {
  optionNames: ["limit", "window", "burst"],
  facts: {
    exact: "yes",
    worstCase: "burst + refill",
    burst: "`burst` at once",
    storage: "4 integers",
  },
  parseConfig,
  parseState: (stored) => parseStored(storedState, stored),
  decide,
  charge,
  expiresAtMs: (config, state) => state.atMs + toEmptyMs(config, settle(config, state, state.atMs)),
};

const options = v.object({ limit: quota, window: duration, burst: v.optional(quota) });
const storedState = v.pipe(
  v.object({ used: storedCount, part: storedCount, windowMs: storedLengthMs, atMs: storedTimeMs }),
  v.check((state) => state.part < state.windowMs, "part must be a fraction of the window"),
);

function parseConfig(input: unknown): Result<TokenBucketConfig> {
  const parsed = parseWith(options, input);
  if (!parsed.ok) return err(parsed.error);
  const { limit, window: windowMs, burst = limit } = parsed.value;
  return ok({ limit, windowMs, burst });
}

/** The state at nowMs: drained by what was refilled since, clamped to today's burst, in fractions of today's window. */
function settle(
  config: TokenBucketConfig,
  state: TokenBucketState | undefined,
  nowMs: number,
): TokenBucketState {
  const { limit, windowMs, burst } = config;
  if (state === undefined) return { used: 0, part: 0, windowMs, atMs: nowMs };
  const part = state.windowMs === windowMs ? state.part : toPartOf(windowMs, state);
  const atMs = Math.max(nowMs, state.atMs);
  const refilled = multiplyAddDivide(atMs - state.atMs, limit, { add: 0, divisor: windowMs });
  let used = state.used - refilled.quotient;
  let left = part - refilled.remainder;
  if (left < 0) {
    used -= 1;
    left += windowMs;
  }
  if (used < 0) return { used: 0, part: 0, windowMs, atMs };
  return used >= burst ? { used: burst, part: 0, windowMs, atMs } : { used, part: left, windowMs, atMs };
}

/** A fraction of the old window in fractions of the new one, rounded up: never less in use than there was. */
function toPartOf(windowMs: number, state: TokenBucketState): number {
  const { quotient, remainder } = multiplyAddDivide(state.part, windowMs, {
    add: 0,
    divisor: state.windowMs,
  });
  return Math.min(windowMs - 1, remainder > 0 ? quotient + 1 : quotient);
}

/** The fewest milliseconds until at most `keep` tokens are in use. */
function toDrainMs(config: TokenBucketConfig, state: TokenBucketState, keep: number): number {
  if (state.used < keep || (state.used === keep && state.part === 0)) return 0;
  const { quotient, remainder } = multiplyAddDivide(state.used - keep, config.windowMs, {
    add: state.part,
    divisor: config.limit,
  });
  return remainder > 0 ? quotient + 1 : quotient;
}

function toEmptyMs(config: TokenBucketConfig, state: TokenBucketState): number {
  return toDrainMs(config, state, 0);
}

function toRemaining(config: TokenBucketConfig, state: TokenBucketState): number {
  return config.burst - state.used - (state.part > 0 ? 1 : 0);
}

function decide(
  config: TokenBucketConfig,
  state: TokenBucketState | undefined,
  { nowMs, cost }: Moment,
): Verdict<TokenBucketState> {
  const now = settle(config, state, nowMs);
  const remaining = toRemaining(config, now);
  const behindMs = Math.max(0, now.atMs - nowMs);
  const resetMs = behindMs + toEmptyMs(config, now);
  if (cost > config.burst) {
    return { outcome: "impossible", state, remaining, retryAfterMs: Infinity, resetMs };
  }
  if (cost > remaining) {
    const retryAfterMs = behindMs + toDrainMs(config, now, config.burst - cost);
    return { outcome: "denied", state, remaining, retryAfterMs, resetMs };
  }
  if (cost === 0) return { outcome: "allowed", state, remaining, retryAfterMs: 0, resetMs };
  const after = { ...now, used: now.used + cost };
  return {
    outcome: "allowed",
    state: after,
    remaining: remaining - cost,
    retryAfterMs: 0,
    resetMs: behindMs + toEmptyMs(config, after),
  };
}

function charge(
  config: TokenBucketConfig,
  state: TokenBucketState | undefined,
  { nowMs, units }: Charge,
): TokenBucketState {
  const now = settle(config, state, nowMs);
  const used = now.used + units;
  if (used < 0) return { ...now, used: 0, part: 0 };
  return used >= config.burst ? { ...now, used: config.burst, part: 0 } : { ...now, used };
}
