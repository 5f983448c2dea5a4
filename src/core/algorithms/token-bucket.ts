// Token bucket: a bucket of `burst` tokens that refills evenly at limit / window. It decides at once and never delays.

import * as v from "valibot";
import { parseWith } from "../schema/parse-with.ts";
import { duration, quota } from "../schema/primitives.ts";
import { err, ok, type Result } from "../result.ts";
import type { Algorithm, Charge, Moment, Verdict } from "./algorithm.ts";
import {
  type Drain,
  isLevel,
  type Level,
  drainLevel,
  setLevelBack,
  putOnLevel,
  storedLevel,
  toDrainMs,
  toWithin,
} from "./drained-level.ts";
import { multiplyDivide, multiplyDivideUp } from "./exact-division.ts";
import { parseStoredState, storedState } from "./stored-state.ts";
import { toVerdict } from "./to-verdict.ts";

export interface TokenBucketConfig extends Drain {
  readonly burst: number;
}

export interface TokenBucketState extends Level {
  readonly algorithm: "token-bucket";
}

/**
 * Accuracy: exact; integer milliseconds and fractions of 1/windowMs of a token, so nothing drifts.
 * Worst case: over every interval of x ms at most burst + limit * x / window; so up to burst + limit in one window.
 * Of what is given back, only what has not drained since it was taken: a refund never makes an interval hold more.
 * Storage per key: four integers. Burst: up to `burst` (default: limit) at once after a pause.
 * When not to use: when no rolling window may ever pass the limit; take sliding-window then.
 * Source: ITU-T I.371 (generic cell rate algorithm, continuous-state leaky bucket); RFC 2697 section 3.
 */
export const tokenBucket: Algorithm<TokenBucketConfig, TokenBucketState> = {
  optionNames: ["limit", "window", "burst"],
  parseConfig,
  parseState: (stored) => parseStoredState(schema, stored),
  decide,
  charge,
  setBack: setLevelBack,
  expiresAtMs: (config, state) => {
    const level = drain(config, state, state.atMs);
    return level.atMs + toDrainMs(config, level, 0);
  },
};

/** The longest time that a bucket may take to fill: so every wait is an exact integer. */
const REFILL_MS_MAX = 100 * 366 * 86_400_000;

const options = v.object({ limit: quota, window: duration, burst: v.optional(quota) });
const schema = v.pipe(
  storedState("token-bucket", storedLevel),
  v.check((level) => isLevel(level)),
);

function parseConfig(input: unknown): Result<TokenBucketConfig> {
  const parsed = parseWith(options, input);
  if (!parsed.ok) return err(parsed.error);
  const { limit, window: windowMs, burst = limit } = parsed.value;
  if (multiplyDivideUp(burst, windowMs, { divisor: limit }) <= REFILL_MS_MAX)
    return ok({ limit, windowMs, burst });
  const message = `must refill within 100 years at ${limit} per window, received ${burst}`;
  return err([{ path: "burst", code: "invalid", message }]);
}

function drain(config: TokenBucketConfig, state: TokenBucketState | undefined, nowMs: number): Level {
  return drainLevel(config, state, { nowMs, levelMax: config.burst });
}

const toState = (level: Level): TokenBucketState => ({ ...level, algorithm: "token-bucket" });

/** Whole units. */
function toRemaining({ burst }: TokenBucketConfig, { used, part }: Level): number {
  return burst - used - (part > 0 ? 1 : 0);
}

function decide(
  config: TokenBucketConfig,
  state: TokenBucketState | undefined,
  moment: Moment,
): Verdict<TokenBucketState> {
  const level = drain(config, state, moment.nowMs);
  const taken = putOnLevel(level, moment.cost);
  const remaining = toRemaining(config, level);
  // What it takes of the whole units that are left: a fraction may fill up one that is in use.
  const cost = remaining - toRemaining(config, taken);
  return toVerdict(
    { nowMs: moment.nowMs, cost },
    {
      state,
      capacity: config.burst,
      remaining,
      take: () => toState(taken),
      toFitMs: () => level.atMs + toDrainMs(config, taken, config.burst),
      toExpiryMs: (kept) => tokenBucket.expiresAtMs(config, kept),
    },
  );
}

function charge(
  config: TokenBucketConfig,
  state: TokenBucketState | undefined,
  { nowMs, units, takenAtMs = nowMs }: Charge,
): TokenBucketState {
  const level = drain(config, state, nowMs);
  if (units >= 0) return toState(toWithin(putOnLevel(level, units), config.burst));
  // What has drained since it was taken has come back by itself, and must not come back twice.
  const drained = multiplyDivide(Math.max(0, level.atMs - takenAtMs), config.limit, {
    divisor: config.windowMs,
  });
  const { quotient, remainder } = drained;
  if (quotient + remainder / config.windowMs >= -units) return toState(level);
  return toState(toWithin(putOnLevel(level, units + quotient, level.part + remainder), config.burst));
}
