import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Calendar, toPeriod } from "../../../../src/core/algorithms/calendars/calendar-period.ts";
import { toPeriodName } from "../support/naive-models.ts";
import { toRuns } from "../../../property-runs.ts";

const at = (text: string): number => Date.parse(text);

interface Row {
  readonly what: string;
  readonly period: Calendar["period"];
  readonly timeZone: string;
  readonly anchorDay?: number;
  readonly now: string;
  readonly start: string;
  readonly end: string;
}

const table: readonly Row[] = [
  {
    what: "a day",
    period: "day",
    timeZone: "UTC",
    now: "2026-11-22T12:00Z",
    start: "2026-11-22T00:00Z",
    end: "2026-11-23T00:00Z",
  },
  {
    what: "a day of 23 hours",
    period: "day",
    timeZone: "Europe/Berlin",
    now: "2026-03-29T12:00Z",
    start: "2026-03-28T23:00Z",
    end: "2026-03-29T22:00Z",
  },
  {
    what: "a day of 25 hours",
    period: "day",
    timeZone: "America/New_York",
    now: "2026-11-01T12:00Z",
    start: "2026-11-01T04:00Z",
    end: "2026-11-02T05:00Z",
  },
  {
    what: "a clock that moves by half an hour",
    period: "day",
    timeZone: "Australia/Lord_Howe",
    now: "2026-04-05T00:00Z",
    start: "2026-04-04T13:00Z",
    end: "2026-04-05T13:30Z",
  },
  {
    what: "a day that begins at one o'clock",
    period: "day",
    timeZone: "America/Sao_Paulo",
    now: "2018-11-04T12:00Z",
    start: "2018-11-04T03:00Z",
    end: "2018-11-05T02:00Z",
  },
  {
    what: "the day before it",
    period: "day",
    timeZone: "America/Sao_Paulo",
    now: "2018-11-04T02:59Z",
    start: "2018-11-03T03:00Z",
    end: "2018-11-04T03:00Z",
  },
  {
    what: "a last hour that comes twice",
    period: "day",
    timeZone: "America/Sao_Paulo",
    now: "2018-02-18T02:30Z",
    start: "2018-02-17T02:00Z",
    end: "2018-02-18T03:00Z",
  },
  {
    what: "a midnight that comes twice: the first counts",
    period: "day",
    timeZone: "America/St_Johns",
    now: "2010-11-07T02:45Z",
    start: "2010-11-07T02:30Z",
    end: "2010-11-08T03:30Z",
  },
  {
    what: "the last minute before it",
    period: "day",
    timeZone: "America/St_Johns",
    now: "2010-11-07T02:29Z",
    start: "2010-11-06T02:30Z",
    end: "2010-11-07T02:30Z",
  },
  {
    what: "a date that never was",
    period: "day",
    timeZone: "Pacific/Apia",
    now: "2011-12-30T09:59Z",
    start: "2011-12-29T10:00Z",
    end: "2011-12-30T10:00Z",
  },
  {
    what: "the day after it",
    period: "day",
    timeZone: "Pacific/Apia",
    now: "2011-12-30T10:00Z",
    start: "2011-12-30T10:00Z",
    end: "2011-12-31T10:00Z",
  },
  {
    what: "an offset with seconds",
    period: "day",
    timeZone: "Africa/Monrovia",
    now: "1970-06-01T12:00Z",
    start: "1970-06-01T00:44:30Z",
    end: "1970-06-02T00:44:30Z",
  },
  {
    what: "a week from Monday",
    period: "week",
    timeZone: "UTC",
    now: "2026-11-22T12:00Z",
    start: "2026-11-16T00:00Z",
    end: "2026-11-23T00:00Z",
  },
  {
    what: "the week of the epoch",
    period: "week",
    timeZone: "UTC",
    now: "1970-01-01T00:00Z",
    start: "1969-12-29T00:00Z",
    end: "1970-01-05T00:00Z",
  },
  {
    what: "a week with a clock change",
    period: "week",
    timeZone: "Europe/Berlin",
    now: "2026-03-29T12:00Z",
    start: "2026-03-22T23:00Z",
    end: "2026-03-29T22:00Z",
  },
  {
    what: "a month",
    period: "month",
    timeZone: "Asia/Tokyo",
    now: "2026-11-30T15:00Z",
    start: "2026-11-30T15:00Z",
    end: "2026-12-31T15:00Z",
  },
  {
    what: "a billing month",
    period: "month",
    timeZone: "UTC",
    anchorDay: 15,
    now: "2026-11-14T23:59Z",
    start: "2026-10-15T00:00Z",
    end: "2026-11-15T00:00Z",
  },
  {
    what: "a billing month across the year",
    period: "month",
    timeZone: "UTC",
    anchorDay: 20,
    now: "2027-01-19T00:00Z",
    start: "2026-12-20T00:00Z",
    end: "2027-01-20T00:00Z",
  },
  {
    what: "day 31 in February",
    period: "month",
    timeZone: "UTC",
    anchorDay: 31,
    now: "2026-02-28T00:00Z",
    start: "2026-02-28T00:00Z",
    end: "2026-03-31T00:00Z",
  },
  {
    what: "day 31 after a short month",
    period: "month",
    timeZone: "UTC",
    anchorDay: 31,
    now: "2026-03-30T23:59Z",
    start: "2026-02-28T00:00Z",
    end: "2026-03-31T00:00Z",
  },
  {
    what: "day 30 in a leap year",
    period: "month",
    timeZone: "UTC",
    anchorDay: 30,
    now: "2028-02-29T00:00Z",
    start: "2028-02-29T00:00Z",
    end: "2028-03-30T00:00Z",
  },
];

test.each(table)("toPeriod() finds $what", ({ period, timeZone, anchorDay = 1, now, start, end }) => {
  expect(toPeriod({ period, timeZone, anchorDay }, at(now))).toEqual({ startMs: at(start), endMs: at(end) });
});

test("toPeriod() keeps the months of different anchor days apart", () => {
  const starts = [10, 20, 10].map((anchorDay) => {
    const calendar = { period: "month", timeZone: "UTC", anchorDay } as const;
    return toPeriod(calendar, at("2026-11-22T12:00Z")).startMs;
  });
  expect(starts).toEqual(["2026-11-10T00:00Z", "2026-11-20T00:00Z", "2026-11-10T00:00Z"].map(at));
});

test("toPeriod() covers time without gap or overlap, and agrees with the calendar on the wall", () => {
  const calendars = fc.record({
    period: fc.constantFrom("hour", "day", "week", "month", "year"),
    weekStart: fc.constantFrom("monday", "sunday"),
    startHour: fc.integer({ min: 0, max: 23 }),
    timeZone: fc.constantFrom(
      "America/Sao_Paulo",
      "Pacific/Apia",
      "Europe/London",
      "Africa/Casablanca",
      "Asia/Tehran",
    ),
    anchorDay: fc.integer({ min: 1, max: 31 }),
  });
  const times = fc.integer({ min: 0, max: 3_300_000_000_000 });
  fc.assert(
    fc.property(calendars, times, (calendar, nowMs) => {
      const { startMs, endMs } = toPeriod(calendar, nowMs);
      expect(startMs <= nowMs && nowMs < endMs).toBe(true);
      expect(toPeriod(calendar, endMs).startMs).toBe(endMs);
      expect(toPeriod(calendar, startMs - 1).endMs).toBe(startMs);
      const names = [startMs - 1, startMs, nowMs, endMs - 1, endMs].map((ms) => toPeriodName(calendar, ms));
      expect([names[1] === names[2], names[2] === names[3]]).toEqual([true, true]);
      expect([names[0] === names[1], names[3] === names[4]]).toEqual([false, false]);
    }),
    { numRuns: toRuns(300) },
  );
});
