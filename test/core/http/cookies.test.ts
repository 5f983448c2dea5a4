import { describe, expect, it } from "vitest";
import { findCookies } from "../../../src/core/http/cookies.ts";

describe("findCookies()", () => {
  it.each([
    ["a=1; b=2", "b", ["2"]],
    ["a=1;a=2 ; a=", "a", ["1", "2", ""]],
    ["ab=1; b=2", "a", []],
    ["A=1", "a", []],
    ["a=x=y", "a", ["x=y"]],
    ["a", "a", []],
    ["", "a", []],
    [null, "a", []],
    [undefined, "a", []],
  ])("reads in %j the cookie %s: %j", (field, name, values) => {
    expect(findCookies(field, name)).toEqual(values);
  });
});
