import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatHttpDate, parseHttpDate } from "../../../src/core/http/http-date.ts";
import { NOW_MS } from "../cache/samples.ts";

const IN_2026_MS = Date.UTC(2026, 10, 22);

describe("parseHttpDate()", () => {
  it.each([
    ["IMF-fixdate", "Sun, 06 Nov 1994 08:49:37 GMT", NOW_MS],
    ["RFC 850", "Sunday, 06-Nov-94 08:49:37 GMT", NOW_MS],
    ["asctime", "Sun Nov  6 08:49:37 1994", NOW_MS],
    ["asctime, two-digit day", "Wed Nov 16 08:49:37 1994", Date.UTC(1994, 10, 16, 8, 49, 37)],
    ["any case of the weekday", "SUN, 06 Nov 1994 08:49:37 GMT", NOW_MS],
    ["any case of the month", "Sun, 06 NOV 1994 08:49:37 GMT", NOW_MS],
    ["any case of the zone", "Sun, 06 Nov 1994 08:49:37 gMT", NOW_MS],
    ["a leap day", "Thu, 29 Feb 2024 00:00:00 GMT", Date.UTC(2024, 1, 29)],
    ["a leap second", "Sat, 31 Dec 2016 23:59:60 GMT", Date.UTC(2017, 0, 1)],
    ["before 1970", "Wed, 31 Dec 1969 23:59:59 GMT", -1_000],
    ["the last second", "Fri, 31 Dec 9999 23:59:59 GMT", Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])("reads %s", (_name, text, epochMs) => {
    expect(parseHttpDate(text, IN_2026_MS)).toBe(epochMs);
  });

  it.each([
    "",
    "0",
    "-1",
    "Thu, 18 Aug 2050 02:01:18 UTC",
    "Thu, 18 Aug 2050 02:01:18 EST",
    "Thu, 18 Aug 2050 02:01:18 +0000",
    "Thu, 18 Aug 2050 02:01:18",
    "Thu, 18 Aug 50 02:01:18 GMT",
    "Thu 18 Aug 2050 02:01:18 GMT",
    "Thu, 18  Aug  2050 02:01:18 GMT",
    "Thu, 18-Aug-2050 02:01:18 GMT",
    "Thu, 18 Aug 2050 02.01.18 GMT",
    "Thu, 18 Aug 2050 2:01:18 GMT",
    "Thu, 8 Aug 2050 02:01:18 GMT",
    "Thu, 30 Feb 2050 02:01:18 GMT",
    "Tue, 29 Feb 2100 02:01:18 GMT",
    "Thu, 00 Aug 2050 02:01:18 GMT",
    "Thu, 31 Jun 2050 02:01:18 GMT",
    "Thu, 18 Aug 2050 24:00:00 GMT",
    "Thu, 18 Aug 2050 02:60:18 GMT",
    "Thu, 18 Aug 2050 02:01:61 GMT",
    "Foo, 18 Aug 2050 02:01:18 GMT",
    " Thu, 18 Aug 2050 02:01:18 GMT",
    "Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:18 GMT",
    "2050-08-18T02:01:18Z",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sun Nov 6 08:49:37 1994",
  ])("refuses %j", (text) => {
    expect(parseHttpDate(text, IN_2026_MS)).toBeUndefined();
  });

  it.each([
    ["94", 2026, 1994],
    ["26", 2026, 2026],
    ["75", 2026, 2075],
    ["77", 2026, 1977],
    ["00", 2099, 2100],
    ["99", 2101, 2099],
  ])("takes year %s in %i for %i: at most 50 years ahead", (digits, currentYear, year) => {
    const nowMs = Date.UTC(currentYear, 10, 6, 8, 49, 37);
    const parsed = parseHttpDate(`Sunday, 06-Nov-${digits} 08:49:37 GMT`, nowMs);
    expect(parsed).toBe(Date.UTC(year, 10, 6, 8, 49, 37));
  });

  it("reads what the platform writes, and writes what it reads, for every second", () => {
    const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 });
    fc.assert(
      fc.property(seconds, (second) => {
        const text = new Date(second * 1_000).toUTCString();
        expect(formatHttpDate(second * 1_000 + 999)).toBe(text);
        expect(parseHttpDate(text, IN_2026_MS)).toBe(second * 1_000);
      }),
    );
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseHttpDate(text, IN_2026_MS)));
  });
});
