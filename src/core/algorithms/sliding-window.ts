// Sliding window: counts in sub-windows of a k-th of the window. The oldest one that may still overlap the rolling window
// counts whole, so that no rolling window ever passes the limit.

import * as v from "valibot";
import { parseWith } from "../schema/parse-with.ts";
import { duration, integerBetween, quota } from "../schema/primitives.ts";
import { ok, type Result } from "../result.ts";
import type { Algorithm } from "./algorithm.ts";
import { chargeLog, decideByLog, type LogRules, toLogExpiryMs } from "./decide-by-log.ts";
import { parseStoredState, storedLengthMs, storedState } from "./stored-state.ts";
import { isUnitLog, storedUnitLog, type UnitLog } from "./unit-log.ts";

export interface SlidingWindowConfig {
  readonly limit: number;
  readonly windowMs: number;
  readonly subWindowMs: number;
}

/** Units by the start of their sub-window, which is a multiple of `subWindowMs` since the epoch. */
export interface SlidingWindowState extends UnitLog {
  readonly algorithm: "sliding-window";
  readonly subWindowMs: number;
}

/**
 * Accuracy: never above the limit; a unit counts for the window and up to one sub-window longer, so a client at full
 * speed gets at least k / (k + 1) of the limit (10 sub-windows: 91 %).
 * Worst case: limit, in every rolling window.
 * Storage per key: two integers for each sub-window that took anything, at most 2 x (k + 1).
 * Burst: up to `limit` at once. When not to use: when a client must get its whole limit in every window; take token-bucket,
 * or sliding-window-log for small limits.
 * Source: a sliding-window-log with its times rounded down to k-ths of the window; the windows are those of
 * https://blog.cloudflare.com/counting-things-a-lot-of-different-things/ (2017), without the estimate.
 */
export const slidingWindow: Algorithm<SlidingWindowConfig, SlidingWindowState> = {
  optionNames: ["limit", "window", "subWindows"],
  parseConfig,
  parseState: (stored) => parseStoredState(schema, stored),
  decide: (config, state, moment) => decideByLog(toRules(config), state, moment),
  charge: (config, state, charge) => chargeLog(toRules(config), state, charge),
  setBack: (state, byMs) => ({ ...state, ...regrid(state, state.subWindowMs, byMs) }),
  expiresAtMs: (config, state) => toLogExpiryMs(toRules(config), state),
};

const options = v.object({
  limit: quota,
  window: duration,
  subWindows: v.optional(integerBetween(1, 60), 10),
});
const schema = v.pipe(
  storedState("sliding-window", { ...storedUnitLog, subWindowMs: storedLengthMs }),
  v.check((log) => isUnitLog(log)),
  v.check(({ timesMs, subWindowMs }) => timesMs.every((timeMs) => timeMs % subWindowMs === 0)),
);

function parseConfig(input: unknown): Result<SlidingWindowConfig> {
  const parsed = parseWith(options, input);
  if (!parsed.ok) return parsed;
  const { limit, window: windowMs, subWindows } = parsed.value;
  return ok({ limit, windowMs, subWindowMs: Math.ceil(windowMs / subWindows) });
}

function toRules({ limit, windowMs, subWindowMs }: SlidingWindowConfig): LogRules<SlidingWindowState> {
  // A rolling window overlaps at most this many sub-windows besides the current one.
  const before = Math.ceil(windowMs / subWindowMs);
  return {
    bounds: { capacity: limit, spanMs: (before + 1) * subWindowMs },
    toStampMs: (atMs) => atMs - (atMs % subWindowMs),
    toLog: (state) => (state.subWindowMs === subWindowMs ? state : regrid(state, subWindowMs)),
    toState: ({ timesMs, units, atMs }) => ({
      algorithm: "sliding-window",
      timesMs,
      units,
      atMs,
      subWindowMs,
    }),
  };
}

/**
 * The log in today's sub-windows, or as if it were `byMs` older. Counts of others move to where the last of their units can
 * have been taken: none stops counting too early.
 */
function regrid(state: SlidingWindowState, subWindowMs: number, byMs = 0): UnitLog {
  const timesMs: number[] = [];
  const units: number[] = [];
  for (const [index, timeMs] of state.timesMs.entries()) {
    const latestMs = Math.max(0, Math.min(timeMs + state.subWindowMs - 1, state.atMs) - byMs);
    const stampMs = latestMs - (latestMs % subWindowMs);
    const count = state.units[index] ?? 0;
    if (timesMs.at(-1) !== stampMs) {
      timesMs.push(stampMs);
      units.push(count);
    } else units[units.length - 1] = (units.at(-1) ?? 0) + count;
  }
  return { timesMs, units, atMs: state.atMs - byMs };
}
