// Concurrency: at most `limit` permits in flight. A permit is renewed while its request lives, given back when that ends,
// and frees itself when nobody does either: a gateway that died must not keep its permits for ever.

import * as v from "valibot";
import { parseWith } from "../schema/parse-with.ts";
import { duration } from "../schema/primitives.ts";
import { ok, type Result } from "../result.ts";
import type { Algorithm } from "./algorithm.ts";
import { chargeLog, decideByLog, type LogRules, toLogExpiryMs } from "./decide-by-log.ts";
import { loggedQuota } from "./logged-quota.ts";
import { parseStoredState, storedState } from "./stored-state.ts";
import { isUnitLog, setLogBack, storedUnitLog, type UnitLog } from "./unit-log.ts";

export interface ConcurrencyConfig {
  readonly limit: number;
  readonly expiresMs: number;
}

/** The permits in flight, by the time at which they were taken or last renewed. */
export interface ConcurrencyState extends UnitLog {
  readonly algorithm: "concurrency";
}

/**
 * Accuracy: exact. A permit is released by a charge of negative units with the time at which it was taken, and renewed
 * by a release and a charge of the same units at once.
 * Worst case: limit in flight at every moment, as long as every permit in use is renewed within `expires` (default: 60s),
 * after which it frees itself. retryAfterMs is when enough permits will have done so: a release makes room earlier, at
 * any moment, so nobody is told to wait for that long.
 * Storage per key: two integers for each millisecond that has permits in flight, so up to 2 x limit.
 * Burst: up to `limit` at once. When not to use: to bound a rate; a fast origin passes any number of requests a second
 * through few permits.
 * Source: Little's law; leases for fault tolerance as in Gray and Cheriton, "Leases", SOSP 1989.
 */
export const concurrency: Algorithm<ConcurrencyConfig, ConcurrencyState> = {
  optionNames: ["limit", "expires"],
  parseConfig,
  parseState: (stored) => parseStoredState(schema, stored),
  decide: (config, state, moment) => decideByLog(toRules(config), state, moment),
  charge: (config, state, charge) => chargeLog(toRules(config), state, charge),
  setBack: (state, byMs) => ({ ...state, ...setLogBack(state, byMs) }),
  toHeldMs: ({ expiresMs }) => expiresMs,
  expiresAtMs: (config, state) => toLogExpiryMs(toRules(config), state),
};

const options = v.object({ limit: loggedQuota, expires: v.optional(duration, "60s") });
const schema = v.pipe(
  storedState("concurrency", storedUnitLog),
  v.check((log) => isUnitLog(log)),
);

function parseConfig(input: unknown): Result<ConcurrencyConfig> {
  const parsed = parseWith(options, input);
  return parsed.ok ? ok({ limit: parsed.value.limit, expiresMs: parsed.value.expires }) : parsed;
}

function toRules({ limit, expiresMs }: ConcurrencyConfig): LogRules<ConcurrencyState> {
  return {
    bounds: { capacity: limit, spanMs: expiresMs },
    toStampMs: (atMs) => atMs,
    toLog: (state) => state,
    toState: ({ timesMs, units, atMs }) => ({ algorithm: "concurrency", timesMs, units, atMs }),
  };
}
