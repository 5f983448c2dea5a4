// Hours and years, weeks from Sunday, and days that begin at another hour than midnight.

import { expect, test } from "vitest";
import { type Calendar, toPeriod } from "../../../../src/core/algorithms/calendars/calendar-period.ts";

const at = (text: string): number => Date.parse(text);

interface Row extends Omit<Calendar, "anchorDay"> {
  readonly what: string;
  readonly anchorDay?: number;
  readonly now: string;
  readonly start: string;
  readonly end: string;
}

const table: readonly Row[] = [
  {
    what: "an hour",
    period: "hour",
    timeZone: "UTC",
    now: "2026-11-22T12:59:59.999Z",
    start: "2026-11-22T12:00Z",
    end: "2026-11-22T13:00Z",
  },
  {
    what: "an hour where clocks are a quarter off",
    period: "hour",
    timeZone: "Asia/Kathmandu",
    now: "2026-11-22T12:00Z",
    start: "2026-11-22T11:15Z",
    end: "2026-11-22T12:15Z",
  },
  {
    what: "an hour that comes twice",
    period: "hour",
    timeZone: "Europe/Berlin",
    now: "2026-10-25T01:30Z",
    start: "2026-10-25T00:00Z",
    end: "2026-10-25T02:00Z",
  },
  {
    what: "the hour before one that is left out",
    period: "hour",
    timeZone: "Europe/Berlin",
    now: "2026-03-29T00:30Z",
    start: "2026-03-29T00:00Z",
    end: "2026-03-29T01:00Z",
  },
  {
    what: "the hour after it",
    period: "hour",
    timeZone: "Europe/Berlin",
    now: "2026-03-29T01:00Z",
    start: "2026-03-29T01:00Z",
    end: "2026-03-29T02:00Z",
  },
  {
    what: "an hour of which the half comes twice",
    period: "hour",
    timeZone: "Australia/Lord_Howe",
    now: "2026-04-04T15:15Z",
    start: "2026-04-04T14:00Z",
    end: "2026-04-04T15:30Z",
  },
  {
    what: "a year",
    period: "year",
    timeZone: "Asia/Tokyo",
    now: "2026-12-31T15:00Z",
    start: "2026-12-31T15:00Z",
    end: "2027-12-31T15:00Z",
  },
  {
    what: "a leap year's last moment",
    period: "year",
    timeZone: "UTC",
    now: "2028-12-31T23:59:59.999Z",
    start: "2028-01-01T00:00Z",
    end: "2029-01-01T00:00Z",
  },
  {
    what: "the year of the epoch",
    period: "year",
    timeZone: "UTC",
    now: "1970-01-01T00:00Z",
    start: "1970-01-01T00:00Z",
    end: "1971-01-01T00:00Z",
  },
  {
    what: "a week from Sunday",
    period: "week",
    timeZone: "UTC",
    weekStart: "sunday",
    now: "2026-11-22T00:00Z",
    start: "2026-11-22T00:00Z",
    end: "2026-11-29T00:00Z",
  },
  {
    what: "the Saturday before it",
    period: "week",
    timeZone: "UTC",
    weekStart: "sunday",
    now: "2026-11-21T23:59Z",
    start: "2026-11-15T00:00Z",
    end: "2026-11-22T00:00Z",
  },
  {
    what: "a day from six o'clock",
    period: "day",
    timeZone: "Europe/Berlin",
    startHour: 6,
    now: "2026-11-22T04:59Z",
    start: "2026-11-21T05:00Z",
    end: "2026-11-22T05:00Z",
  },
  {
    what: "a day from an hour that is left out",
    period: "day",
    timeZone: "Europe/Berlin",
    startHour: 2,
    now: "2026-03-29T01:00Z",
    start: "2026-03-29T01:00Z",
    end: "2026-03-30T00:00Z",
  },
  {
    what: "a day from an hour that comes twice: the first counts",
    period: "day",
    timeZone: "Europe/Berlin",
    startHour: 2,
    now: "2026-10-25T00:00Z",
    start: "2026-10-25T00:00Z",
    end: "2026-10-26T01:00Z",
  },
  {
    what: "a billing month from noon",
    period: "month",
    timeZone: "UTC",
    anchorDay: 15,
    startHour: 12,
    now: "2026-11-15T11:59Z",
    start: "2026-10-15T12:00Z",
    end: "2026-11-15T12:00Z",
  },
  {
    what: "a year from four o'clock",
    period: "year",
    timeZone: "America/New_York",
    startHour: 4,
    now: "2027-01-01T08:59Z",
    start: "2026-01-01T09:00Z",
    end: "2027-01-01T09:00Z",
  },
];

test.each(table)("toPeriod() finds $what", ({ now, start, end, ...calendar }) => {
  expect(toPeriod({ anchorDay: 1, ...calendar }, at(now))).toEqual({ startMs: at(start), endMs: at(end) });
});

test("toPeriod() keeps weeks and days of different beginnings apart", () => {
  const startOf = (given: Partial<Calendar>): number =>
    toPeriod({ period: "week", timeZone: "UTC", anchorDay: 1, ...given }, at("2026-11-22T12:00Z")).startMs;
  expect([startOf({}), startOf({ weekStart: "sunday" }), startOf({ startHour: 6 }), startOf({})]).toEqual(
    ["2026-11-16T00:00Z", "2026-11-22T00:00Z", "2026-11-16T06:00Z", "2026-11-16T00:00Z"].map(at),
  );
});

test("toPeriod() reads a calendar of before there were other weeks and hours", () => {
  const old = { period: "week", timeZone: "UTC", anchorDay: 1 } as const;
  expect(toPeriod(old, at("2026-11-22T12:00Z"))).toEqual(
    toPeriod({ ...old, weekStart: "monday", startHour: 0 }, at("2026-11-22T12:00Z")),
  );
});
