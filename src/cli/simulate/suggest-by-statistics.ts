// Suggests limits from a gateway's statistics: what consumers took of each policy, by minutes of the last day and by hours
// of the last days. Statistics name consumers alone: of policies that count by anything else they say nothing, and of
// tiers neither.

import type { Config } from "../../core/config/config.ts";
import type { Policy } from "../../core/policies/policy.ts";
import { suggestLimit } from "../../core/simulation/suggest-limit.ts";
import type { UsageByTime, UsageSeries } from "../../core/stats/unusual.ts";
import type { Suggested } from "./suggest-limits.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** Under this name all consumers are counted that found no place in the list. */
const NOBODY: ReadonlySet<string> = new Set(["", "other"]);

export interface Statistics {
  readonly minutes: UsageByTime;
  readonly hours: UsageByTime;
}

export interface ByStatistics {
  readonly spanMs: number;
  readonly items: readonly Suggested[];
  /** Policies that statistics say nothing of, and why. */
  readonly leftOut: readonly string[];
}

export function suggestByStatistics({ policies }: Config, statistics: Statistics): ByStatistics {
  const spanMs = toSpanMs(statistics.hours);
  const reasons = policies.map((policy) => [policy, findReason(policy)] as const);
  return {
    spanMs,
    items: reasons.flatMap(([policy, reason]) =>
      reason === undefined ? [toSuggested(policy, statistics, spanMs)] : [],
    ),
    leftOut: reasons.flatMap(([{ name }, reason]) => (reason === undefined ? [] : [`${name}: ${reason}`])),
  };
}

/** Why statistics cannot say what keys use of it; undefined: they can. */
function findReason({ key, tiers, windowMs, cost }: Policy): string | undefined {
  const [part] = key;
  if (key.length !== 1 || part?.label !== "consumer") return "it does not count by consumer alone";
  if (tiers.size > 0) return "its tiers are not told apart";
  if (windowMs === undefined || windowMs < MINUTE_MS) return "its window is shorter than a minute, or none";
  return cost === undefined ? undefined : "its units are not what requests cost";
}

function toSuggested(policy: Policy, { minutes, hours }: Statistics, spanMs: number): Suggested {
  const { name, limit, windowMs = HOUR_MS } = policy;
  const [usage, stepMs] = windowMs < HOUR_MS ? [minutes, MINUTE_MS] : [hours, HOUR_MS];
  const series = usage.series.filter((one) => one.policy === name && !NOBODY.has(one.consumer));
  const points = Math.ceil(windowMs / stepMs);
  const peaks = series
    .map((one) => toPeak(one, points))
    .filter((peak) => peak > 0)
    .sort((one, other) => one - other);
  const told = { policy: name, tier: "", limit, windowMs, requests: sumOf(series), keys: peaks.length };
  return { ...told, ...suggestLimit({ peaks }, spanMs), denied: undefined };
}

/** The most within so many points in a row. */
function toPeak({ counts }: UsageSeries, points: number): number {
  let sum = 0;
  let peak = 0;
  for (const [at, count] of counts.entries()) {
    sum += count - (counts[at - points] ?? 0);
    peak = Math.max(peak, sum);
  }
  return peak;
}

const sumOf = (series: readonly UsageSeries[]): number =>
  series.reduce((sum, { counts }) => sum + counts.reduce((all, count) => all + count, 0), 0);

/** From the first hour in which anything was taken. */
function toSpanMs({ times, series }: UsageByTime): number {
  const first = times.findIndex((_, at) => series.some(({ counts }) => (counts[at] ?? 0) > 0));
  const last = times.at(-1);
  return first === -1 || last === undefined ? 0 : last + HOUR_MS - (times[first] ?? last);
}
