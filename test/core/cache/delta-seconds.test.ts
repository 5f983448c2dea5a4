import { describe, expect, it } from "vitest";
import { parseDeltaSeconds } from "../../../src/core/cache/delta-seconds.ts";

describe("parseDeltaSeconds() (RFC 9111 section 1.2.2)", () => {
  it.each([
    ["0", 0],
    ["3600", 3_600],
    ["003600", 3_600],
    ["2147483647", 2_147_483_647],
    ["2147483648", 2_147_483_648],
    ["2147483649", 2_147_483_648],
    ["99999999999", 2_147_483_648],
    ["9".repeat(400), 2_147_483_648],
    ["", undefined],
    ["-1", undefined],
    ["+1", undefined],
    ["1.0", undefined],
    ["1e3", undefined],
    ["0x10", undefined],
    [" 1", undefined],
    ["a1", undefined],
    ["1a", undefined],
    ["'1'", undefined],
  ])("reads %j as %s", (text, seconds) => {
    expect(parseDeltaSeconds(text)).toBe(seconds);
  });
});
