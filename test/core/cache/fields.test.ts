import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasField, parseFieldNames, splitList, toFieldReader } from "../../../src/core/cache/fields.ts";

describe("splitList()", () => {
  it.each([
    ["a", ["a"]],
    [" a , b ", ["a", "b"]],
    [", a,, b,", ["a", "b"]],
    ["", []],
    [" ", []],
    [",", []],
    ['a="x, y", b', ['a="x, y"', "b"]],
    [String.raw`a="x\", y", b`, [String.raw`a="x\", y"`, "b"]],
    ['a="never closed, b', ['a="never closed, b']],
  ])("splits %j", (value, members) => {
    expect(splitList(value)).toEqual(members);
  });

  it("gives back the members that were joined", () => {
    const member = fc.stringMatching(/^[a-z0-9=;.-]{1,8}$/);
    fc.assert(
      fc.property(fc.array(member), (members) => {
        expect(splitList(members.join(" , "))).toEqual(members);
      }),
    );
  });
});

describe("toFieldReader()", () => {
  it("combines the lines of one field in their order and knows absent from empty", () => {
    const reader = toFieldReader([
      ["cache-control", "max-age=1"],
      ["x-empty", ""],
      ["cache-control", "public"],
    ]);
    expect(reader.get("cache-control")).toBe("max-age=1, public");
    expect(hasField(reader, "x-empty")).toBe(true);
    expect(hasField(reader, "x-none")).toBe(false);
  });

  it("is what a Headers object is: null means absent there", () => {
    expect(hasField(new Headers({ etag: '"a"' }), "etag")).toBe(true);
    expect(hasField(new Headers(), "etag")).toBe(false);
  });
});

describe("parseFieldNames()", () => {
  it("lowers case and refuses what is no name", () => {
    expect(parseFieldNames("Accept, X-Foo")).toEqual(["accept", "x-foo"]);
    expect(parseFieldNames("Accept, not a name")).toBeUndefined();
  });
});
