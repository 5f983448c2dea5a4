// What the clock on the wall shows in a time zone, and when it first shows a given time. Knows no periods.

import { toCivilDay } from "./civil-days.ts";

const SECOND_MS = 1_000;
const DAY_MS = 86_400_000;

/** A reading of the clock on the wall as if it were UTC, in milliseconds: comparable, and simple to calculate with. */
export type LocalMs = number;

export interface ZoneClock {
  readonly toLocalMs: (epochMs: number) => LocalMs;
  /** The first epoch millisecond at which the clock shows that time or, where it jumps over it, a later one. */
  readonly toFirstEpochMs: (localMs: LocalMs) => number;
}

/** Creates the clock of a time zone; undefined when there is no such zone. Expensive: keep it. */
export function createZoneClock(timeZone: string): ZoneClock | undefined {
  const format = createFormat(timeZone);
  if (format === undefined) return undefined;
  const toLocalMs = (epochMs: number): LocalMs => readLocalMs(format, epochMs);
  return { toLocalMs, toFirstEpochMs: (localMs) => findFirstEpochMs(toLocalMs, localMs) };
}

function createFormat(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    const numeric = "numeric";
    return new Intl.DateTimeFormat("en-US", {
      timeZone,
      calendar: "gregory",
      numberingSystem: "latn",
      hourCycle: "h23",
      year: numeric,
      month: numeric,
      day: numeric,
      hour: numeric,
      minute: numeric,
      second: numeric,
    });
  } catch {
    return undefined;
  }
}

function readLocalMs(format: Intl.DateTimeFormat, epochMs: number): LocalMs {
  const read: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
  for (const { type, value } of format.formatToParts(epochMs)) read[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = read;
  const seconds = (hour * 60 + minute) * 60 + second;
  const milliseconds = epochMs - Math.floor(epochMs / SECOND_MS) * SECOND_MS;
  return toCivilDay(year, month, day) * DAY_MS + seconds * SECOND_MS + milliseconds;
}

/**
 * No offset is above 24 hours and no zone changes its offset twice in two days, so the offsets of a day earlier and a day
 * later are the only two that can be active.
 */
function findFirstEpochMs(toLocalMs: (epochMs: number) => LocalMs, localMs: LocalMs): number {
  const toEpochMs = (nearMs: number): number => localMs - (toLocalMs(nearMs) - nearMs);
  const before = toEpochMs(localMs - DAY_MS);
  const after = toEpochMs(localMs + DAY_MS);
  if (before === after) return before;
  const shown = [before, after].filter((epochMs) => toLocalMs(epochMs) === localMs);
  if (shown.length > 0) return Math.min(...shown);
  let early = Math.min(before, after);
  let late = Math.max(before, after);
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (toLocalMs(middle) < localMs) early = middle;
    else late = middle;
  }
  return late;
}
