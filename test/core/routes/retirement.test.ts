import { describe, expect, test } from "vitest";
import { parseDictionary, parseItem } from "structured-headers";
import { toRetirement } from "../../../src/core/routes/retirement.ts";
import { toInput, toProblems } from "../config/config-input.ts";

function problemsOf(route: Readonly<Record<string, unknown>>): readonly string[] {
  return toProblems(toInput({ policies: {}, routes: [{ path: "/", ...route }] }));
}

describe("a route that will end", () => {
  test("says since when in a date of structured fields, until when in one of HTTP, and where more is to be read", () => {
    const retirement = toRetirement({
      deprecation: { at: "2023-06-30T23:59:59Z", link: "https://a.example/deprecated" },
      sunset: { at: "2024-06-30", link: "https://a.example/sunset?a=1,2" },
    });
    // The example of RFC 9745 section 2.1.
    expect(retirement).toEqual({
      set: [
        ["Deprecation", "@1688169599"],
        ["Sunset", "Sun, 30 Jun 2024 00:00:00 GMT"],
      ],
      link: '<https://a.example/deprecated>; rel="deprecation", <https://a.example/sunset?a=1,2>; rel="sunset"',
      deprecatedMs: Date.UTC(2023, 5, 30, 23, 59, 59),
      sunsetMs: Date.UTC(2024, 5, 30),
      page: "https://a.example/sunset?a=1,2",
      exposed: "Deprecation, Sunset, Link",
    });
    expect(toRetirement({ sunset: { at: "2024-06-30T12:00+02:00" } })).toEqual({
      set: [["Sunset", "Sun, 30 Jun 2024 10:00:00 GMT"]],
      link: undefined,
      deprecatedMs: undefined,
      sunsetMs: Date.UTC(2024, 5, 30, 10),
      page: undefined,
      exposed: "Sunset",
    });
    expect(toRetirement({})).toBeUndefined();
  });

  test("writes what a parser of structured fields reads as that instant", () => {
    const [[, deprecation] = ["", ""]] = toRetirement({ deprecation: { at: "2026-11-29" } })?.set ?? [];
    expect(parseItem(deprecation)[0]).toEqual(new Date("2026-11-29T00:00:00Z"));
    expect(() => parseDictionary(deprecation)).toThrow();
  });

  test.each<[unknown]>([
    ["2026-02-30"],
    ["2026-13-01"],
    ["2026-01-01T00:00:00"],
    ["soon"],
    ["1767225600"],
    [1],
  ])("is refused with the date %j", (at) => {
    expect(problemsOf({ deprecation: { at } })).toHaveLength(1);
    expect(problemsOf({ sunset: { at } })).toHaveLength(1);
  });

  test("is refused with a link that would end in its field, and with an end before it was deprecated", () => {
    for (const link of ["http://a.example/", "https://a.example/>; rel=x", 'https://a.example/"', "/here"])
      expect(problemsOf({ sunset: { at: "2026-01-01", link } })).toHaveLength(1);
    expect(problemsOf({ deprecation: { at: "2026-01-02" }, sunset: { at: "2026-01-01" } })).toEqual([
      "routes.0.sunset.at: must not be earlier than deprecation.at [invalid]",
    ]);
    expect(problemsOf({ deprecation: { at: "2026-01-01" }, sunset: { at: "2026-01-01" } })).toEqual([]);
  });
});
