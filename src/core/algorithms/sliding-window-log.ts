// Sliding window log: every unit that was taken, with its millisecond. The exact limit in every rolling window.

import * as v from "valibot";
import { parseWith } from "../schema/parse-with.ts";
import { duration } from "../schema/primitives.ts";
import { ok, type Result } from "../result.ts";
import type { Algorithm } from "./algorithm.ts";
import { chargeLog, decideByLog, type LogRules, toLogExpiryMs } from "./decide-by-log.ts";
import { loggedQuota } from "./logged-quota.ts";
import { parseStoredState, storedState } from "./stored-state.ts";
import { isUnitLog, setLogBack, storedUnitLog, type UnitLog } from "./unit-log.ts";

export interface SlidingWindowLogConfig {
  readonly limit: number;
  readonly windowMs: number;
}

export interface SlidingWindowLogState extends UnitLog {
  readonly algorithm: "sliding-window-log";
}

/**
 * Accuracy: exact to the millisecond.
 * Worst case: limit, in every rolling window [t, t + window).
 * Storage per key: two integers for each millisecond that took anything, so up to 2 x limit; a decision takes as long.
 * Burst: up to `limit` at once. When not to use: for limits above a few hundred, or many keys; sliding-window promises
 * the same bound in little space.
 * Source: "Better Rate Limiting With Redis Sorted Sets", ClassDojo Engineering, 2015.
 */
export const slidingWindowLog: Algorithm<SlidingWindowLogConfig, SlidingWindowLogState> = {
  optionNames: ["limit", "window"],
  parseConfig,
  parseState: (stored) => parseStoredState(schema, stored),
  decide: (config, state, moment) => decideByLog(toRules(config), state, moment),
  charge: (config, state, charge) => chargeLog(toRules(config), state, charge),
  setBack: (state, byMs) => ({ ...state, ...setLogBack(state, byMs) }),
  expiresAtMs: (config, state) => toLogExpiryMs(toRules(config), state),
};

const options = v.object({ limit: loggedQuota, window: duration });
const schema = v.pipe(
  storedState("sliding-window-log", storedUnitLog),
  v.check((log) => isUnitLog(log)),
);

function parseConfig(input: unknown): Result<SlidingWindowLogConfig> {
  const parsed = parseWith(options, input);
  return parsed.ok ? ok({ limit: parsed.value.limit, windowMs: parsed.value.window }) : parsed;
}

function toRules({ limit, windowMs }: SlidingWindowLogConfig): LogRules<SlidingWindowLogState> {
  return {
    bounds: { capacity: limit, spanMs: windowMs },
    toStampMs: (atMs) => atMs,
    toLog: (state) => state,
    toState: ({ timesMs, units, atMs }) => ({ algorithm: "sliding-window-log", timesMs, units, atMs }),
  };
}
