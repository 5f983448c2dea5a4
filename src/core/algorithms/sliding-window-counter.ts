// Sliding window counter: two counters, the current window's and the previous one's, of which the share counts that a
// rolling window still overlaps. An estimate: it takes the previous window's units to be spread evenly.

import * as v from "valibot";
import { parseWith } from "../schema/parse-with.ts";
import { duration, quota } from "../schema/primitives.ts";
import { ok, type Result } from "../result.ts";
import type { Algorithm, Charge, Moment, Verdict } from "./algorithm.ts";
import { multiplyDivide, multiplyDivideUp } from "./exact-division.ts";
import {
  parseStoredState,
  storedCount,
  storedLengthMs,
  storedState,
  storedTimeMs,
  UNIT_PARTS,
} from "./stored-state.ts";
import { toVerdict } from "./to-verdict.ts";

export interface SlidingWindowCounterConfig {
  readonly limit: number;
  readonly windowMs: number;
}

export interface SlidingWindowCounterState {
  readonly algorithm: "sliding-window-counter";
  /** Units of the window that `atMs` is in, and of the one before. Windows are multiples of windowMs since the epoch. */
  readonly current: number;
  readonly previous: number;
  readonly windowMs: number;
  readonly atMs: number;
}

/**
 * Accuracy: an estimate; exact when the previous window's units came evenly. The share is exact and rounded up.
 * Worst case: 2 x limit - 1 in a rolling window: all of the limit in a window's last millisecond, then, as its share
 * shrinks, nearly all of it again up to the end of the next window.
 * Storage per key: four integers. Burst: up to `limit` at once.
 * When not to use: when the limit must hold in every rolling window; take sliding-window, or token-bucket with a small
 * burst.
 * Source: https://blog.cloudflare.com/counting-things-a-lot-of-different-things/ (2017).
 */
export const slidingWindowCounter: Algorithm<SlidingWindowCounterConfig, SlidingWindowCounterState> = {
  optionNames: ["limit", "window"],
  parseConfig,
  parseState: (stored) => parseStoredState(schema, stored),
  decide,
  charge,
  setBack,
  expiresAtMs,
};

const options = v.object({ limit: quota, window: duration });
const schema = storedState("sliding-window-counter", {
  current: storedCount,
  previous: storedCount,
  windowMs: storedLengthMs,
  atMs: storedTimeMs,
});

function parseConfig(input: unknown): Result<SlidingWindowCounterConfig> {
  const parsed = parseWith(options, input);
  return parsed.ok ? ok({ limit: parsed.value.limit, windowMs: parsed.value.window }) : parsed;
}

const toWindowStartMs = (windowMs: number, atMs: number): number => Math.floor(atMs / windowMs) * windowMs;

/** The state at nowMs. Units of other windows, of today's length or another, go where the last of them can have been. */
function advance(
  { limit, windowMs }: SlidingWindowCounterConfig,
  state: SlidingWindowCounterState | undefined,
  nowMs: number,
): SlidingWindowCounterState {
  if (state === undefined) return toState({ windowMs, atMs: nowMs }, 0, 0);
  const atMs = Math.max(nowMs, state.atMs);
  const startMs = toWindowStartMs(windowMs, atMs);
  const later = { units: Math.min(state.current, limit), inMs: toWindowStartMs(windowMs, state.atMs) };
  const previousEndMs = toWindowStartMs(state.windowMs, state.atMs) - 1;
  const earlier = { units: state.previous, inMs: toWindowStartMs(windowMs, previousEndMs) };
  const groups =
    later.inMs === earlier.inMs
      ? [{ units: Math.min(limit, later.units + earlier.units), inMs: later.inMs }]
      : [later, earlier];
  const unitsIn = (inMs: number): number => groups.find((group) => group.inMs === inMs)?.units ?? 0;
  return toState({ windowMs, atMs }, unitsIn(startMs), unitsIn(startMs - windowMs));
}

/** The windows stay where they are, and units go where the last of them can have been. */
function setBack(state: SlidingWindowCounterState, byMs: number): SlidingWindowCounterState {
  const { windowMs, current, previous } = state;
  const atMs = state.atMs - byMs;
  const previousEndMs = toWindowStartMs(windowMs, state.atMs) - 1 - byMs;
  return previousEndMs >= toWindowStartMs(windowMs, atMs)
    ? toState({ windowMs, atMs }, current + previous, 0)
    : toState({ windowMs, atMs }, current, previous);
}

function toState(
  { windowMs, atMs }: { readonly windowMs: number; readonly atMs: number },
  current: number,
  previous: number,
): SlidingWindowCounterState {
  return { algorithm: "sliding-window-counter", current, previous, windowMs, atMs };
}

/** Units that count now. A charge, or a lowered limit, can have brought them above the limit. */
function toUsed({ current, previous, windowMs, atMs }: SlidingWindowCounterState): number {
  const leftMs = windowMs - (atMs % windowMs);
  return current + multiplyDivideUp(previous * UNIT_PARTS, leftMs, { divisor: windowMs }) / UNIT_PARTS;
}

function decide(
  config: SlidingWindowCounterConfig,
  state: SlidingWindowCounterState | undefined,
  moment: Moment,
): Verdict<SlidingWindowCounterState> {
  const now = advance(config, state, moment.nowMs);
  return toVerdict(moment, {
    state,
    capacity: config.limit,
    remaining: Math.max(0, config.limit - toUsed(now)),
    take: () => ({ ...now, current: now.current + moment.cost }),
    toFitMs: () => toFitMs(now, config.limit - moment.cost),
    toExpiryMs: (kept) => expiresAtMs(config, kept),
  });
}

/** The first millisecond at which at most `keep` units count. Called only when more do now. */
function toFitMs({ current, previous, windowMs, atMs }: SlidingWindowCounterState, keep: number): number {
  const endMs = toWindowStartMs(windowMs, atMs) + windowMs;
  if (current <= keep) return endMs - toLongestLeftMs(previous, keep - current, windowMs);
  return endMs + windowMs - toLongestLeftMs(current, keep, windowMs);
}

/** The most milliseconds before a window's end at which the share of the window before it is at most `share`. */
function toLongestLeftMs(units: number, share: number, windowMs: number): number {
  return multiplyDivide(share * UNIT_PARTS, windowMs, { divisor: units * UNIT_PARTS }).quotient;
}

function charge(
  config: SlidingWindowCounterConfig,
  state: SlidingWindowCounterState | undefined,
  { nowMs, units, takenAtMs = nowMs }: Charge,
): SlidingWindowCounterState {
  const now = advance(config, state, nowMs);
  const startMs = toWindowStartMs(config.windowMs, now.atMs);
  if (units >= 0 || takenAtMs >= startMs) {
    return { ...now, current: Math.max(0, Math.min(config.limit, now.current + units)) };
  }
  return takenAtMs < startMs - config.windowMs
    ? now
    : { ...now, previous: Math.max(0, now.previous + units) };
}

function expiresAtMs(config: SlidingWindowCounterConfig, state: SlidingWindowCounterState): number {
  const now = advance(config, state, state.atMs);
  const endMs = toWindowStartMs(now.windowMs, now.atMs) + now.windowMs;
  if (now.current > 0) return endMs + now.windowMs;
  return now.previous > 0 ? endMs : now.atMs;
}
