// Units by the time at which they were taken, oldest first: what the two sliding windows and concurrency have in common.
// A unit counts for `spanMs` from its time on. What passes the capacity is forgotten from the oldest end: the newest are
// kept, so no later decision differs from one that knew them all.

import * as v from "valibot";
import { storedTimeMs, storedUnits } from "./stored-state.ts";

export interface UnitLog {
  /** Epoch milliseconds, strictly ascending. */
  readonly timesMs: readonly number[];
  /** Units taken at the time of the same index, at least 1 each. */
  readonly units: readonly number[];
  /** The clock when the log was last changed: not before its newest time. */
  readonly atMs: number;
}

export interface LogBounds {
  readonly capacity: number;
  readonly spanMs: number;
}

/** The part of the log that counts at `atMs`. */
export interface CountedLog extends UnitLog {
  readonly used: number;
}

/** An entry holds at least one unit, so this is also the largest limit of an algorithm that logs every millisecond. */
export const LOG_ENTRIES_MAX = 10_000;

export const storedUnitLog = {
  timesMs: v.pipe(v.array(storedTimeMs), v.maxLength(LOG_ENTRIES_MAX)),
  units: v.pipe(v.array(storedUnits), v.maxLength(LOG_ENTRIES_MAX)),
  atMs: storedTimeMs,
} as const;

/** Whether a stored log is one: times that do not ascend, or go past its clock, are damage. */
export function isUnitLog({ timesMs, units, atMs }: UnitLog): boolean {
  if (timesMs.length !== units.length) return false;
  return timesMs.every((timeMs, index) => timeMs < (timesMs[index + 1] ?? atMs + 1));
}

/** The units that still count at nowMs, no more than the capacity. */
export function countLog(
  log: UnitLog | undefined,
  nowMs: number,
  { capacity, spanMs }: LogBounds,
): CountedLog {
  if (log === undefined) return { timesMs: [], units: [], atMs: nowMs, used: 0 };
  const atMs = Math.max(nowMs, log.atMs);
  let first = log.timesMs.length;
  let used = 0;
  while (first > 0 && used < capacity && (log.timesMs[first - 1] ?? 0) > atMs - spanMs) {
    first -= 1;
    used += log.units[first] ?? 0;
  }
  if (first === 0 && used <= capacity) return { timesMs: log.timesMs, units: log.units, atMs, used };
  const units = log.units.slice(first);
  if (used > capacity) units[0] = (units[0] ?? 0) - (used - capacity);
  return { timesMs: log.timesMs.slice(first), units, atMs, used: Math.min(used, capacity) };
}

/** The log with units taken at `timeMs`, which is not before its newest time. */
export function addToLog(log: UnitLog, timeMs: number, added: number): UnitLog {
  const last = log.timesMs.length - 1;
  if (log.timesMs[last] !== timeMs) {
    return { timesMs: [...log.timesMs, timeMs], units: [...log.units, added], atMs: log.atMs };
  }
  return {
    timesMs: log.timesMs,
    units: log.units.with(last, (log.units[last] ?? 0) + added),
    atMs: log.atMs,
  };
}

/** The log as if all of it had been taken so much earlier; nothing was before the epoch. */
export function setLogBack({ timesMs, units, atMs }: UnitLog, byMs: number): UnitLog {
  const before = timesMs.filter((timeMs) => timeMs < byMs).length;
  const kept = timesMs.slice(before).map((timeMs) => timeMs - byMs);
  return { timesMs: kept, units: units.slice(before), atMs: atMs - byMs };
}

/** The first millisecond at which no more than `keep` of the units count. */
export function toFreeMs(log: CountedLog, keep: number, { spanMs }: LogBounds): number {
  let kept = 0;
  for (let index = log.timesMs.length - 1; index >= 0; index -= 1) {
    kept += log.units[index] ?? 0;
    if (kept > keep) return (log.timesMs[index] ?? 0) + spanMs;
  }
  return log.atMs;
}

/**
 * The log with units given back at the time they were taken. Where that time holds fewer (the clock had stepped back, or
 * the state was restored with its use put later), they come off the nearest: the older first, which frees nothing too
 * early, then the newer. What no longer counts is not given back.
 */
export function giveBackToLog(
  log: CountedLog,
  { takenAtMs, units }: { readonly takenAtMs: number; readonly units: number },
  { spanMs }: LogBounds,
): UnitLog {
  if (takenAtMs <= log.atMs - spanMs) return log;
  const later = log.timesMs.findIndex((timeMs) => timeMs > takenAtMs);
  const nearest = later === -1 ? log.timesMs.length : later;
  const byNearness = log.timesMs.map((_, step) => (step < nearest ? nearest - 1 - step : step));
  const left = [...log.units];
  let owed = units;
  for (const index of byNearness) {
    const given = Math.min(owed, left[index] ?? 0);
    left[index] = (left[index] ?? 0) - given;
    owed -= given;
  }
  return {
    timesMs: log.timesMs.filter((_, index) => left[index] !== 0),
    units: left.filter((count) => count > 0),
    atMs: log.atMs,
  };
}
