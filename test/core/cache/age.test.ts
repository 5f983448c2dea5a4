import { describe, expect, it } from "vitest";
import { AGE_MS_MAX, parseAge, toCurrentAgeMs, toInitialAgeMs } from "../../../src/core/cache/age.ts";
import { NOW_MS } from "./samples.ts";

describe("parseAge() (RFC 9111 section 5.1)", () => {
  it.each([
    ["0", 0],
    ["7200", 7_200],
    ["007200", 7_200],
    ["7200,0", 7_200],
    ["7200, 0", 7_200],
    ["0,7200", 0],
    [" 60 , 1", 60],
    ["99999999999", 2 ** 31],
    ["abc", 0],
    ["-7200", 0],
    ["7200.0", 0],
    ["", 0],
    [", 60", 0],
    [null, 0],
    [undefined, 0],
  ])("reads %j as %i", (age, seconds) => {
    expect(parseAge(age)).toBe(seconds);
  });
});

describe("toInitialAgeMs() (section 4.2.3)", () => {
  const arrival = { age: undefined, dateMs: NOW_MS, requestTimeMs: NOW_MS, responseTimeMs: NOW_MS };

  it.each([
    ["a new response", {}, 0],
    ["the time on the way, from when it was asked for", { requestTimeMs: NOW_MS - 700 }, 700],
    ["Age and the time on the way", { age: "30", requestTimeMs: NOW_MS - 700 }, 30_700],
    ["the age that Date tells, when it is more", { age: "30", dateMs: NOW_MS - 40_000 }, 40_000],
    ["Age, when it is more", { age: "50", dateMs: NOW_MS - 40_000 }, 50_000],
    ["a Date ahead of the clock as no age", { dateMs: NOW_MS + 40_000 }, 0],
    ["a clock that went back on the way", { requestTimeMs: NOW_MS + 5_000 }, 0],
    ["an invalid Age as none", { age: "a" }, 0],
    ["no more than 2^31 seconds", { age: "99999999999", requestTimeMs: NOW_MS - 700 }, AGE_MS_MAX],
  ])("counts %s", (_name, change, ageMs) => {
    expect(toInitialAgeMs({ ...arrival, ...change })).toBe(ageMs);
  });
});

describe("toCurrentAgeMs() (section 4.2.3)", () => {
  it("adds the time since the arrival, and never less than nothing", () => {
    const stored = { initialAgeMs: 1_500, responseTimeMs: NOW_MS };
    expect(toCurrentAgeMs(stored, NOW_MS)).toBe(1_500);
    expect(toCurrentAgeMs(stored, NOW_MS + 2_000)).toBe(3_500);
    expect(toCurrentAgeMs(stored, NOW_MS - 2_000)).toBe(1_500);
  });
});
