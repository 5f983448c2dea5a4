// Quota: one counter for each calendar hour, day, week, month or year of a time zone, or for each billing month from its
// anchor day.

import * as v from "valibot";
import { parseWith, toInvalid } from "../schema/parse-with.ts";
import { integerBetween, oneOf, quota as limit, textThat } from "../schema/primitives.ts";
import { err, ok, type Problem, type Result } from "../result.ts";
import type { Algorithm, Charge, Moment, Verdict } from "./algorithm.ts";
import {
  type Calendar,
  findTimeZone,
  isTimeZone,
  type Period,
  toPeriod,
} from "./calendars/calendar-period.ts";
import { parseStoredState, storedCount, storedState, storedTimeMs } from "./stored-state.ts";
import { toVerdict } from "./to-verdict.ts";

export interface QuotaConfig extends Calendar {
  readonly limit: number;
}

/** `used` units in the period that `atMs` is in. */
export interface QuotaState {
  readonly algorithm: "quota";
  readonly used: number;
  readonly atMs: number;
}

/**
 * Accuracy: exact in each period. A day with a clock change is 23 or 25 hours long, and an hour that comes twice two.
 * Worst case: limit in a period; so 2 x limit in a rolling window across the end of one.
 * Storage per key: two integers. Burst: the whole limit at once; put a token-bucket beside it.
 * When not to use: to protect an origin; it is for plans and bills.
 * Source: the IANA time zone database through ECMA-402; weeks as in ISO 8601, unless they begin on Sunday.
 */
export const quota: Algorithm<QuotaConfig, QuotaState> = {
  optionNames: ["limit", "period", "timeZone", "anchorDay", "weekStart", "startHour"],
  parseConfig,
  parseState: (stored) => parseStoredState(schema, stored),
  decide,
  charge,
  setBack: (state, byMs) => ({ ...state, atMs: state.atMs - byMs }),
  expiresAtMs: (config, state) => {
    const { used, atMs, period } = advance(config, state, state.atMs);
    return used === 0 ? atMs : period.endMs;
  },
};

const options = v.object({
  limit,
  period: oneOf(["hour", "day", "week", "month", "year"]),
  timeZone: v.optional(
    textThat(isTimeZone, 'must be an IANA time zone such as "Europe/Berlin"', findTimeZone),
    "UTC",
  ),
  anchorDay: v.optional(integerBetween(1, 31)),
  weekStart: v.optional(oneOf(["monday", "sunday"])),
  startHour: v.optional(integerBetween(0, 23)),
});
const schema = storedState("quota", { used: storedCount, atMs: storedTimeMs });

function parseConfig(input: unknown): Result<QuotaConfig> {
  const parsed = parseWith(options, input);
  if (!parsed.ok) return parsed;
  const { anchorDay = 1, weekStart = "monday", startHour = 0, ...rest } = parsed.value;
  const problems = findForeign(parsed.value);
  return problems.length > 0 ? err(problems) : ok({ ...rest, anchorDay, weekStart, startHour });
}

/** Options that say nothing of this kind of period. */
function findForeign({
  period,
  anchorDay,
  weekStart,
  startHour,
}: v.InferOutput<typeof options>): readonly Problem[] {
  const foreign: readonly (readonly [name: string, given: unknown, isFor: boolean, wanted: string])[] = [
    ["anchorDay", anchorDay, period === "month", 'unless period is "month"'],
    ["weekStart", weekStart, period === "week", 'unless period is "week"'],
    ["startHour", startHour, period !== "hour", 'where period is "hour"'],
  ];
  return foreign
    .filter(([, given, isFor]) => given !== undefined && !isFor)
    .map(([name, given, , wanted]) => toInvalid(name, { wanted: `must be left out ${wanted}`, given }));
}

interface PeriodUse {
  readonly used: number;
  readonly atMs: number;
  readonly period: Period;
}

/** The use in today's period; what another kind of period counted is in it while any of it can be. */
function advance(config: QuotaConfig, state: QuotaState | undefined, nowMs: number): PeriodUse {
  const atMs = Math.max(nowMs, state?.atMs ?? nowMs);
  const period = toPeriod(config, atMs);
  const used = state !== undefined && state.atMs >= period.startMs ? Math.min(state.used, config.limit) : 0;
  return { used, atMs, period };
}

const toState = ({ atMs }: PeriodUse, used: number): QuotaState => ({ algorithm: "quota", used, atMs });

function decide(config: QuotaConfig, state: QuotaState | undefined, moment: Moment): Verdict<QuotaState> {
  const now = advance(config, state, moment.nowMs);
  return toVerdict(moment, {
    state,
    capacity: config.limit,
    remaining: config.limit - now.used,
    take: () => toState(now, now.used + moment.cost),
    toFitMs: () => now.period.endMs,
    toExpiryMs: (kept) => quota.expiresAtMs(config, kept),
  });
}

function charge(
  config: QuotaConfig,
  state: QuotaState | undefined,
  { nowMs, units, takenAtMs = nowMs }: Charge,
): QuotaState {
  const now = advance(config, state, nowMs);
  if (units < 0 && takenAtMs < now.period.startMs) return toState(now, now.used);
  return toState(now, Math.max(0, Math.min(config.limit, now.used + units)));
}
