// HTTP dates to milliseconds and back (RFC 9110 section 5.6.7) by civil-date arithmetic: no clock, no time zone. Forms
// that the grammar does not have are refused, because a cache must take them for the past (RFC 9111 section 5.3).

const DAYS = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MONTH_BY_NAME = new Map(MONTHS.map((name, index) => [name.toLowerCase(), index + 1]));
const DAY_MS = 86_400_000;
const FIFTY_YEARS_MS = 50 * 365.2425 * DAY_MS;

// Case-insensitively: RFC 9111 section 4.2. No zone but GMT: the same section.
const TIME = "(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)";
const MONTH = `(?<month>${MONTHS.join("|")})`;
const WEEKDAY = DAYS.join("|");
const FORMS = [
  new RegExp(`^(?:${WEEKDAY}), (?<day>\\d\\d) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`, "i"),
  new RegExp(
    `^(?:Sun|Mon|Tues|Wednes|Thurs|Fri|Satur)day, (?<day>\\d\\d)-${MONTH}-(?<year>\\d\\d) ${TIME} GMT$`,
    "i",
  ),
  new RegExp(`^(?:${WEEKDAY}) ${MONTH} (?<day>\\d\\d| \\d) ${TIME} (?<year>\\d{4})$`, "i"),
];

/**
 * Epoch milliseconds of an IMF-fixdate, an RFC 850 or an asctime date, or undefined when it is none of them or no such
 * day exists. `nowMs` decides the century of a two-digit year. The weekday's name is not checked against the date.
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  for (const form of FORMS) {
    const groups = form.exec(text)?.groups;
    if (groups !== undefined) return toEpochMs(groups, nowMs);
  }
  return undefined;
}

/** IMF-fixdate, rounded down to the second. */
export function formatHttpDate(epochMs: number): string {
  const days = Math.floor(epochMs / DAY_MS);
  const second = Math.floor((epochMs - days * DAY_MS) / 1_000);
  const { year, month, day } = toCivil(days);
  const time = [Math.floor(second / 3_600), Math.floor(second / 60) % 60, second % 60]
    .map(toTwoDigits)
    .join(":");
  const weekday = DAYS[(((days + 4) % 7) + 7) % 7] ?? "";
  return `${weekday}, ${toTwoDigits(day)} ${MONTHS[month - 1] ?? ""} ${String(year).padStart(4, "0")} ${time} GMT`;
}

function toEpochMs(groups: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const digits = groups["year"] ?? "";
  if (digits.length > 2) return toInstant(groups, Number(digits));
  // A two-digit year more than 50 years ahead is the last past year with these digits; the nearest one in general.
  const currentYear = toCivil(Math.floor(nowMs / DAY_MS)).year;
  const year = currentYear - (currentYear % 100) + Number(digits);
  for (const candidate of [year, year - 100, year + 100]) {
    const instant = toInstant(groups, candidate);
    if (instant !== undefined && Math.abs(instant - nowMs) <= FIFTY_YEARS_MS) return instant;
  }
  return undefined;
}

function toInstant(groups: Readonly<Record<string, string>>, year: number): number | undefined {
  const month = MONTH_BY_NAME.get((groups["month"] ?? "").toLowerCase()) ?? 0;
  const day = Number(groups["day"]);
  const hour = Number(groups["hour"]);
  const minute = Number(groups["minute"]);
  // 60 is a leap second in the grammar; the first second of the next minute is as near as this arithmetic gets.
  const second = Number(groups["second"]);
  if (hour > 23 || minute > 59 || second > 60 || day < 1 || day > toMonthLength(year, month))
    return undefined;
  return toDays(year, month, day) * DAY_MS + (hour * 3_600 + minute * 60 + second) * 1_000;
}

function toMonthLength(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  return isLeap ? 29 : 28;
}

/** Days since 1 January 1970 in the proleptic Gregorian calendar, by eras of 400 years that start on 1 March. */
function toDays(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function toCivil(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const leaps = Math.floor(dayOfEra / 1_460) - Math.floor(dayOfEra / 36_524) + Math.floor(dayOfEra / 146_096);
  const yearOfEra = Math.floor((dayOfEra - leaps) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function toTwoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
