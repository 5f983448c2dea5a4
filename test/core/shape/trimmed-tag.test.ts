import { describe, expect, it } from "vitest";
import { toTrimmedTag, toWholeTags } from "../../../src/core/shape/trimmed-tag.ts";

describe("toTrimmedTag()", () => {
  it.each([
    ['"v1"', 255, '"v1-f000000ff"'],
    ['W/"v1"', 0xffffffff, 'W/"v1-fffffffff"'],
    ['""', 1, '"-f00000001"'],
    ["v1", 1, undefined],
    ['"\ufffd"', 1, undefined],
    ['"é"', 1, '"é-f00000001"'],
    ['"a"b"', 1, undefined],
    [null, 1, undefined],
  ])("of %s and %i is %s", (tag, trim, derived) => {
    expect(toTrimmedTag(tag, trim)).toBe(derived);
  });
});

describe("toWholeTags()", () => {
  it("takes every mark off, and nothing else", () => {
    expect(toWholeTags('"v1-f000000ff", W/"v2-fdeadbeef", "v3-f12", *')).toBe('"v1", W/"v2", "v3-f12", *');
  });
});
