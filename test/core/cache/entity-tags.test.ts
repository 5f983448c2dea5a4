import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  matchesStrongly,
  matchesWeakly,
  parseEntityTag,
  parseEntityTags,
} from "../../../src/core/cache/entity-tags.ts";

describe("parseEntityTag() (RFC 9110 section 8.8.3)", () => {
  it.each([
    ['"a"', { isWeak: false, opaque: "a" }],
    [' "a" ', { isWeak: false, opaque: "a" }],
    ['W/"a"', { isWeak: true, opaque: "a" }],
    ['""', { isWeak: false, opaque: "" }],
    ['"a,b"', { isWeak: false, opaque: "a,b" }],
    [String.raw`"a\"`, { isWeak: false, opaque: String.raw`a\ `.trim() }],
    ['"abcdefü"', { isWeak: false, opaque: "abcdefü" }],
    ["abcdef", { isWeak: true, opaque: "abcdef" }],
    ['w/"a"', { isWeak: true, opaque: 'w/"a"' }],
    ['"a" "b"', { isWeak: true, opaque: '"a" "b"' }],
    ['"never closed', { isWeak: true, opaque: '"never closed' }],
    ["", undefined],
    [null, undefined],
    [undefined, undefined],
  ])("reads %j", (text, tag) => {
    expect(parseEntityTag(text)).toEqual(tag);
  });
});

describe("parseEntityTags()", () => {
  it.each([
    ["*", "*"],
    [" * ", "*"],
    ['"a", W/"b" ,"c,d"', ["a", "b", "c,d"]],
    [',, "a",', ["a"]],
    ["abcdef", ["abcdef"]],
    ['"a", b', ['"a", b']],
    ["", []],
  ])("reads %j", (text, tags) => {
    const parsed = parseEntityTags(text);
    expect(parsed === "*" ? parsed : parsed.map(({ opaque }) => opaque)).toEqual(tags);
  });

  it("reads back every list, and never throws", () => {
    const opaque = fc.stringMatching(/^[!#-~\u00a1-\u00ff]{0,6}$/);
    const tags = fc.array(fc.record({ isWeak: fc.boolean(), opaque }), { minLength: 1 });
    fc.assert(
      fc.property(tags, (given) => {
        const written = given.map((tag) => `${tag.isWeak ? "W/" : ""}"${tag.opaque}"`).join(", ");
        expect(parseEntityTags(written)).toEqual(given);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parseEntityTags(text)));
  });
});

describe("comparison (RFC 9110 section 8.8.3.2)", () => {
  it.each([
    ['W/"1"', 'W/"1"', false, true],
    ['W/"1"', 'W/"2"', false, false],
    ['W/"1"', '"1"', false, true],
    ['"1"', '"1"', true, true],
    ['"1"', '"2"', false, false],
    ['"A"', '"a"', false, false],
  ])("of %s and %s is strong %s, weak %s", (left, right, isStrong, isWeak) => {
    const [a, b] = [parseEntityTag(left), parseEntityTag(right)];
    expect(a && b && [matchesStrongly(a, b), matchesWeakly(a, b)]).toEqual([isStrong, isWeak]);
  });
});
