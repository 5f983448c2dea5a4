// Which hour, day, week, month or year an instant falls into in a time zone, and when that begins and ends. A period begins
// when the clock on the wall first shows its first hour (midnight, unless days begin at another one), or jumps over it; so periods never overlap and leave no gap,
// whatever daylight saving time does.

import { findNearest } from "../../schema/find-nearest.ts";
import { toCivilDay, toDaysInMonth } from "./civil-days.ts";
import { createZoneClock, type LocalMs, type ZoneClock } from "./zone-clock.ts";

export interface Calendar {
  readonly period: "hour" | "day" | "week" | "month" | "year";
  /** An IANA time zone. */
  readonly timeZone: string;
  /** The day on which a month begins, or the month's last day where that is earlier. */
  readonly anchorDay: number;
  /** The day on which a week begins. Default: "monday" (ISO 8601). */
  readonly weekStart?: "monday" | "sunday";
  /** The hour at which a day begins, and with it a week, a month and a year. Default: 0. */
  readonly startHour?: number;
}

/** Epoch milliseconds; the end belongs to the next period. */
export interface Period {
  readonly startMs: number;
  readonly endMs: number;
}

interface Zone {
  readonly clock: ZoneClock;
  /** The last period found, by kind of period: at most 841 of them. */
  readonly periods: Map<string, Period>;
}

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Day 0 was a Thursday. */
const DAYS_INTO_WEEK = { monday: 3, sunday: 4 } as const;

/**
 * By time zone, since a configuration may arrive as a new copy with every request and a clock is dear to make. There are
 * only so many time zones; the names are the configuration's, never a client's.
 */
const zones = new Map<string, Zone>();

export const isTimeZone = (timeZone: string): boolean => findZone(timeZone) !== undefined;

/** The time zone that was meant: of a city's name alone, or the nearest. */
export function findTimeZone(given: unknown): string | undefined {
  if (typeof given !== "string") return undefined;
  const known = Intl.supportedValuesOf("timeZone");
  const city = given.trim().replaceAll(" ", "_").toLowerCase();
  return known.find((name) => name.toLowerCase().endsWith(`/${city}`)) ?? findNearest(given, known);
}

export function toPeriod(calendar: Calendar, nowMs: number): Period {
  const zone = findZone(calendar.timeZone);
  if (zone === undefined) throw new RangeError(`Cannot find time zone "${calendar.timeZone}"`);
  const kind = toKind(calendar);
  const last = zone.periods.get(kind);
  if (last !== undefined && last.startMs <= nowMs && nowMs < last.endMs) return last;
  const period = findPeriod(calendar, zone.clock, nowMs);
  zone.periods.set(kind, period);
  return period;
}

function toKind({ period, anchorDay, weekStart = "monday", startHour = 0 }: Calendar): string {
  return `${period} ${anchorDay} ${weekStart} ${startHour}`;
}

function findZone(timeZone: string): Zone | undefined {
  const known = zones.get(timeZone);
  if (known !== undefined) return known;
  const clock = createZoneClock(timeZone);
  if (clock === undefined) return undefined;
  const zone: Zone = { clock, periods: new Map() };
  zones.set(timeZone, zone);
  return zone;
}

function findPeriod(calendar: Calendar, clock: ZoneClock, nowMs: number): Period {
  const toStartMs = (index: number): number => clock.toFirstEpochMs(toLocalStartMs(calendar, index));
  let index = toIndex(calendar, clock.toLocalMs(nowMs));
  let startMs = toStartMs(index);
  let endMs = toStartMs(index + 1);
  // Off by one where the month begins on another day, and where the clock has shown midnight and was put back since.
  for (; nowMs < startMs; index -= 1) {
    endMs = startMs;
    startMs = toStartMs(index - 1);
  }
  for (; nowMs >= endMs; index += 1) {
    startMs = endMs;
    endMs = toStartMs(index + 2);
  }
  return { startMs, endMs };
}

/** The number of a period; months and years by where they would begin with anchor day 1. */
function toIndex({ period, weekStart = "monday", startHour = 0 }: Calendar, localMs: LocalMs): number {
  if (period === "hour") return Math.floor(localMs / HOUR_MS);
  const day = Math.floor((localMs - startHour * HOUR_MS) / DAY_MS);
  if (period === "day") return day;
  if (period === "week") return Math.floor((day + DAYS_INTO_WEEK[weekStart]) / 7);
  const month = toMonthIndex(day);
  return period === "month" ? month : Math.floor(month / 12);
}

/** The index of a day's month: where months of average length would put it, then corrected. */
function toMonthIndex(day: number): number {
  let index = Math.floor((day * 4_800) / 146_097);
  while (day < toMonthStart(index)) index -= 1;
  while (day >= toMonthStart(index + 1)) index += 1;
  return index;
}

function toMonthStart(index: number, anchorDay = 1): number {
  const year = 1970 + Math.floor(index / 12);
  const month = index - Math.floor(index / 12) * 12 + 1;
  return toCivilDay(year, month, Math.min(anchorDay, toDaysInMonth(year, month)));
}

function toLocalStartMs(calendar: Calendar, index: number): LocalMs {
  const { period, startHour = 0 } = calendar;
  if (period === "hour") return index * HOUR_MS;
  return toFirstDay(calendar, index) * DAY_MS + startHour * HOUR_MS;
}

function toFirstDay({ period, anchorDay, weekStart = "monday" }: Calendar, index: number): number {
  if (period === "day") return index;
  if (period === "week") return index * 7 - DAYS_INTO_WEEK[weekStart];
  return period === "month" ? toMonthStart(index, anchorDay) : toMonthStart(index * 12);
}
