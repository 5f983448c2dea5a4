// What each algorithm means, said again as naively as possible: a question to the list of everything that was ever taken.
// Slow, and in BigInt where a product could lose a unit.

import type { Calendar } from "../../../../src/core/algorithms/calendars/calendar-period.ts";
import type { AlgorithmName } from "../../../../src/core/algorithms/registry.ts";
import type { ConfigOf } from "../../../../tools/prove/worst-cases.ts";

/** One admitted request. */
export interface Taken {
  readonly atMs: number;
  readonly cost: number;
}

type Admits<Config> = (config: Config, taken: readonly Taken[], ask: Taken) => boolean;

/** Whether a cost of at least 1 fits now, given what was taken before, oldest first. */
export const naiveModels: { readonly [Name in AlgorithmName]: Admits<ConfigOf<Name>> } = {
  "token-bucket": (config, taken, ask) => {
    const { limit, windowMs, burst } = config;
    const level = toLevel({ limit, windowMs }, taken, ask.atMs);
    return level + BigInt(ask.cost) * BigInt(windowMs) <= BigInt(burst) * BigInt(windowMs);
  },
  "leaky-bucket": ({ limit, windowMs, delayMaxMs }, taken, ask) => {
    const level = toLevel({ limit, windowMs }, taken, ask.atMs);
    return ask.cost <= limit && level <= BigInt(limit) * BigInt(delayMaxMs);
  },
  "sliding-window": ({ limit, windowMs, subWindowMs }, taken, ask) => {
    const toIndex = (atMs: number): number => Math.floor(atMs / subWindowMs);
    const oldest = toIndex(ask.atMs) - Math.ceil(windowMs / subWindowMs);
    return sum(taken, ({ atMs }) => toIndex(atMs) >= oldest) + ask.cost <= limit;
  },
  "sliding-window-log": ({ limit, windowMs }, taken, ask) =>
    sum(taken, ({ atMs }) => atMs > ask.atMs - windowMs) + ask.cost <= limit,
  concurrency: ({ limit, expiresMs }, taken, ask) =>
    sum(taken, ({ atMs }) => atMs > ask.atMs - expiresMs) + ask.cost <= limit,
  "sliding-window-counter": ({ limit, windowMs }, taken, ask) => {
    const toIndex = (atMs: number): number => Math.floor(atMs / windowMs);
    const index = toIndex(ask.atMs);
    const current = BigInt(sum(taken, ({ atMs }) => toIndex(atMs) === index) + ask.cost);
    const previous = BigInt(sum(taken, ({ atMs }) => toIndex(atMs) === index - 1));
    const leftMs = BigInt((index + 1) * windowMs - ask.atMs);
    return previous * leftMs + current * BigInt(windowMs) <= BigInt(limit) * BigInt(windowMs);
  },
  "fixed-window": ({ limit, windowMs, align }, taken, ask) => {
    let startMs = -Infinity;
    let used = 0;
    for (const { atMs, cost } of [...taken, ask]) {
      const itsStartMs = align === "epoch" ? Math.floor(atMs / windowMs) * windowMs : atMs;
      if (align === "epoch" ? itsStartMs !== startMs : atMs >= startMs + windowMs) {
        startMs = itsStartMs;
        used = 0;
      }
      used += cost;
    }
    return used <= limit;
  },
  quota: (config, taken, ask) => {
    const name = toPeriodName(config, ask.atMs);
    return sum(taken, ({ atMs }) => toPeriodName(config, atMs) === name) + ask.cost <= config.limit;
  },
};

/** The most units that one window held, a window ending with each of them. */
export function findWorst(taken: readonly Taken[], toWindowStartMs: (atMs: number) => number): number {
  let worst = 0;
  for (const [last, { atMs }] of taken.entries()) {
    const fromMs = toWindowStartMs(atMs);
    let units = 0;
    for (let index = last; index >= 0 && (taken[index]?.atMs ?? 0) >= fromMs; index -= 1)
      units += taken[index]?.cost ?? 0;
    worst = Math.max(worst, units);
  }
  return worst;
}

function sum(taken: readonly Taken[], isCounted: (one: Taken) => boolean): number {
  return taken.filter(isCounted).reduce((total, { cost }) => total + cost, 0);
}

/** What is in the bucket, in 1/windowMs of a unit. */
function toLevel(
  { limit, windowMs }: { readonly limit: number; readonly windowMs: number },
  taken: readonly Taken[],
  nowMs: number,
): bigint {
  let level = 0n;
  let lastMs = 0;
  for (const { atMs, cost } of [...taken, { atMs: nowMs, cost: 0 }]) {
    const drained = level - BigInt(atMs - lastMs) * BigInt(limit);
    level = (drained > 0n ? drained : 0n) + BigInt(cost) * BigInt(windowMs);
    lastMs = atMs;
  }
  return level;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** What the clock on the wall shows there, as the platform prints it: "2026-11-22 06:30". */
function toWallText(timeZone: string, atMs: number): string {
  const known = formats.get(timeZone);
  const format =
    known ?? new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  if (known === undefined) formats.set(timeZone, format);
  return format.format(atMs);
}

const HOUR_MS = 3_600_000;

/** A name that two instants share if and only if they are in the same period. */
export function toPeriodName(calendar: Calendar, atMs: number): string {
  const { period, timeZone, anchorDay, weekStart = "monday", startHour = 0 } = calendar;
  const text = toWallText(timeZone, atMs);
  if (period === "hour") return text.slice(0, "2026-11-22 06".length);
  const wallMs = Date.parse(`${text.replace(" ", "T")}Z`) - startHour * HOUR_MS;
  const date = new Date(Math.floor(wallMs / (24 * HOUR_MS)) * 24 * HOUR_MS);
  if (period === "day") return date.toISOString();
  if (period === "year") return String(date.getUTCFullYear());
  if (period === "week") {
    const daysIn = (date.getUTCDay() + (weekStart === "monday" ? 6 : 0)) % 7;
    return new Date(date.getTime() - daysIn * 24 * HOUR_MS).toISOString();
  }
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  const isBefore = date.getUTCDate() < Math.min(anchorDay, lastDay);
  return new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - (isBefore ? 1 : 0), 1)).toISOString();
}
