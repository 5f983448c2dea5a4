// Leaky bucket, as a queue: requests go on evenly spaced, at limit / window. One that would have to wait for longer than
// `delayMax` is denied. The gateway does the waiting: the verdict says how long.

import * as v from "valibot";
import { parseWith } from "../schema/parse-with.ts";
import { duration, LIMIT_MAX, quota } from "../schema/primitives.ts";
import { err, ok, type Result } from "../result.ts";
import type { Algorithm, Charge, Moment, Verdict } from "./algorithm.ts";
import {
  type Drain,
  isLevel,
  type Level,
  drainLevel,
  putOnLevel,
  setLevelBack,
  storedLevel,
  toDrainMs,
  toWithin,
} from "./drained-level.ts";
import { multiplyDivide, multiplyDivideUp } from "./exact-division.ts";
import { parseStoredState, storedCount, storedState } from "./stored-state.ts";
import { toVerdict } from "./to-verdict.ts";

export interface LeakyBucketConfig extends Drain {
  readonly delayMaxMs: number;
}

/** The queue in units: a changed limit keeps what was queued and drains it at the new rate. */
export interface LeakyBucketState extends Level {
  readonly algorithm: "leaky-bucket";
  /** Units that the last in the queue took, when it came alone: only they can be given back. */
  readonly last: number;
}

/**
 * Accuracy: exact; integer milliseconds and fractions of 1/windowMs of a unit.
 * Worst case: limit in every rolling window of when requests go on, evenly spaced, when each costs one unit. A request
 * of c units goes on at once and holds back what follows for c spaces: limit + c - 1 (less than limit + c, where a request takes
 * parts of a unit). Why not limit: a state of one
 * end of the queue makes the space between two requests depend on their costs alone. In the company of single units a
 * dear one needs c spaces before it and c behind it to keep every window within the limit, so c and 1 by turns would go
 * on at half the rate; the least rule of this kind, a + b - 1 spaces between costs a and b, lets requests of c units
 * alone use c / (2c - 1) of the limit. Anything better must remember what each window held: up to `limit` entries.
 * Storage per key: five integers. Burst: none: what comes at once waits, up to `delayMax` (default: 1s).
 * `remaining` is how many requests of one unit may still join the queue. Only the request that joined last can be given
 * back: when others are behind it, they have their delays already.
 * When not to use: when waiting costs more than a denial does; take token-bucket.
 * Source: ITU-T I.371 (generic cell rate algorithm, with no tolerance), as a queue as in nginx's limit_req with delay.
 */
export const leakyBucket: Algorithm<LeakyBucketConfig, LeakyBucketState> = {
  optionNames: ["limit", "window", "delayMax"],
  parseConfig,
  parseState: (stored) => parseStoredState(schema, stored),
  decide,
  charge,
  setBack: setLevelBack,
  expiresAtMs,
};

const options = v.object({ limit: quota, window: duration, delayMax: v.optional(duration, "1s") });
const schema = v.pipe(
  storedState("leaky-bucket", { ...storedLevel, last: storedCount }),
  v.check((level) => isLevel(level)),
  v.check(({ last, used, part }) => last <= used + (part > 0 ? 1 : 0)),
);

function parseConfig(input: unknown): Result<LeakyBucketConfig> {
  const parsed = parseWith(options, input);
  if (!parsed.ok) return parsed;
  const { limit, window: windowMs, delayMax: delayMaxMs } = parsed.value;
  if (multiplyDivideUp(limit, delayMaxMs, { divisor: windowMs }) <= LIMIT_MAX) {
    return ok({ limit, windowMs, delayMaxMs });
  }
  const message = `must be short enough for a queue of at most ${LIMIT_MAX} units, received ${delayMaxMs} ms`;
  return err([{ path: "delayMax", code: "invalid", message }]);
}

/** The whole queue when it is full: delayMax of it, and behind it one request that costs the limit. */
function toLevelMax({ limit, windowMs, delayMaxMs }: LeakyBucketConfig): number {
  return limit + multiplyDivideUp(limit, delayMaxMs, { divisor: windowMs });
}

function drain(config: LeakyBucketConfig, state: LeakyBucketState | undefined, nowMs: number): Level {
  return drainLevel(config, state, { nowMs, levelMax: toLevelMax(config) });
}

const toState = (level: Level, last: number): LeakyBucketState => ({
  ...level,
  algorithm: "leaky-bucket",
  last,
});

/** How many requests of one unit may still join: those whose place is within delayMax. */
function toPlacesLeft({ limit, windowMs, delayMaxMs }: LeakyBucketConfig, { used, part }: Level): number {
  const { quotient, remainder } = multiplyDivide(limit, delayMaxMs, { divisor: windowMs });
  return Math.max(0, quotient - used + (remainder >= part ? 1 : 0));
}

function decide(
  config: LeakyBucketConfig,
  state: LeakyBucketState | undefined,
  moment: Moment,
): Verdict<LeakyBucketState> {
  const level = drain(config, state, moment.nowMs);
  const joined = putOnLevel(level, moment.cost);
  const isAlone = state === undefined || state.atMs < level.atMs;
  const delayMs = toDrainMs(config, level, 0);
  const verdict = toVerdict(moment, {
    state,
    capacity: config.limit,
    // A request that may join at all may do so at any cost: it goes on first, and its cost delays those behind it.
    remaining: toPlacesLeft(config, level) > 0 ? config.limit : 0,
    take: () => toState(joined, isAlone ? moment.cost : 0),
    toFitMs: () => level.atMs + delayMs - config.delayMaxMs,
    toExpiryMs: (kept) => expiresAtMs(config, kept),
  });
  if (verdict.outcome !== "allowed") return { ...verdict, remaining: toPlacesLeft(config, level) };
  return { ...verdict, remaining: toPlacesLeft(config, joined), delayMs: moment.cost === 0 ? 0 : delayMs };
}

function charge(
  config: LeakyBucketConfig,
  state: LeakyBucketState | undefined,
  { nowMs, units, takenAtMs = nowMs }: Charge,
): LeakyBucketState {
  const level = drain(config, state, nowMs);
  const levelMax = toLevelMax(config);
  const isLast = state !== undefined && takenAtMs === state.atMs;
  const given = units < 0 ? -Math.min(isLast ? state.last : 0, -units) : units;
  return toState(toWithin(putOnLevel(level, given), levelMax), 0);
}

function expiresAtMs(config: LeakyBucketConfig, state: LeakyBucketState): number {
  const level = drain(config, state, state.atMs);
  return level.atMs + toDrainMs(config, level, 0);
}
