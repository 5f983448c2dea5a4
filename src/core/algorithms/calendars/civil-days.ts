// Days of the Gregorian calendar as numbers, day 0 being 1 January 1970: calendar arithmetic without a clock.

const DAYS_PER_ERA = 146_097;
const DAYS_TO_EPOCH = 719_468;

/** The number of a day; month 1 to 12. Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil. */
export function toCivilDay(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * DAYS_PER_ERA + dayOfEra - DAYS_TO_EPOCH;
}

export function toDaysInMonth(year: number, month: number): number {
  return (
    toCivilDay(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - toCivilDay(year, month, 1)
  );
}
