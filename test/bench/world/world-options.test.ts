import { describe, expect, test } from "vitest";
import { DELAYS } from "../../../bench/world/distances.ts";
import { parseWorldOptions } from "../../../bench/world/world-options.ts";

const parse = (...args: readonly string[]): ReturnType<typeof parseWorldOptions> =>
  parseWorldOptions(["--world", ...args]);

describe("parseWorldOptions()", () => {
  test("takes every case at the usual distances", () => {
    const { cases, delays, hasCache, idleMs, probesNewIsolates } = parse();
    expect(cases.length).toBeGreaterThan(5);
    expect([delays, hasCache, idleMs, probesNewIsolates]).toEqual([DELAYS, true, 7_000, true]);
  });

  test("takes other distances, and the named cases alone", () => {
    const distances = ["--near", "5", "--far", "200", "--cache", "1.5"];
    const { cases, delays, idleMs, probesNewIsolates } = parse(
      ...distances,
      "--idle",
      "12",
      "--only",
      "ip,key",
    );
    expect(delays).toEqual({ near: 5, far: 200, cache: 1.5 });
    expect([cases.map(({ name }) => name), idleMs, probesNewIsolates]).toEqual([
      ["ip", "key"],
      12_000,
      false,
    ]);
  });

  test("knows a data centre that stores nothing", () => {
    expect(parse("--cache", "none")).toMatchObject({ hasCache: false, delays: { cache: 0 } });
  });

  test.each([
    [["--only", "moon"], /"moon"/],
    [["--near", "soon"], /"soon" as --near/],
    [["--quick"], /--quick/],
  ])("refuses %j", (args, message) => {
    expect(() => parse(...args)).toThrow(message);
  });
});
