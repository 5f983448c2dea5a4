// Days of the Gregorian calendar as numbers, day 0 being 1 January 1970: the language's calendar, without its clock.

const DAY_MS = 86_400_000;

// oxlint-disable-next-line eslint/no-restricted-globals -- only ever given a day: it reads no clock
const toEpochMs = Date.UTC;

/** The number of a day; month 1 to 12, years from 100 on. */
export function toCivilDay(year: number, month: number, day: number): number {
  return toEpochMs(year, month - 1, day) / DAY_MS;
}

export function toDaysInMonth(year: number, month: number): number {
  return toCivilDay(year, month + 1, 1) - toCivilDay(year, month, 1);
}
