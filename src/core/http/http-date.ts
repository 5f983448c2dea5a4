// HTTP dates to milliseconds and back (RFC 9110 section 5.6.7) by the language's own calendar, which is given every instant:
// no clock, no time zone. Forms that the grammar does not have are refused, because a cache must take them for the past
// (RFC 9111 section 5.3).

// oxlint-disable-next-line eslint/no-restricted-globals -- only ever given an instant: it reads no clock
const Calendar = Date;

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const FIFTY_YEARS_MS = 50 * 365.2425 * 86_400_000;

// Case-insensitively: RFC 9111 section 4.2. No zone but GMT: the same section.
const TIME = "(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)";
const MONTH = `(?<month>${MONTHS.join("|")})`;
const WEEKDAY = "Sun|Mon|Tue|Wed|Thu|Fri|Sat";
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
  return new Calendar(epochMs).toUTCString();
}

function toEpochMs(groups: Readonly<Record<string, string>>, nowMs: number): number | undefined {
  const digits = groups["year"] ?? "";
  if (digits.length > 2) return toInstant(groups, Number(digits));
  // A two-digit year more than 50 years ahead is the last past year with these digits; the nearest one in general.
  const currentYear = new Calendar(nowMs).getUTCFullYear();
  const year = currentYear - (currentYear % 100) + Number(digits);
  for (const candidate of [year, year - 100, year + 100]) {
    const instant = toInstant(groups, candidate);
    if (instant !== undefined && Math.abs(instant - nowMs) <= FIFTY_YEARS_MS) return instant;
  }
  return undefined;
}

function toInstant(groups: Readonly<Record<string, string>>, year: number): number | undefined {
  const month = MONTHS.indexOf((groups["month"] ?? "").toLowerCase());
  const day = Number(groups["day"]);
  const hour = Number(groups["hour"]);
  const minute = Number(groups["minute"]);
  // 60 is a leap second in the grammar; the first second of the next minute is as near as a calendar without them gets.
  const second = Number(groups["second"]);
  const date = new Calendar(0);
  date.setUTCFullYear(year, month, day);
  // The day after a month's last one is the next month's first: no day of that month.
  if (hour > 23 || minute > 59 || second > 60 || date.getUTCDate() !== day) return undefined;
  return date.setUTCHours(hour, minute, second);
}
