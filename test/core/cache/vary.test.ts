import { describe, expect, it } from "vitest";
import { matchesVary, parseVary, toChosenFields, toVaryValues } from "../../../src/core/cache/vary.ts";
import { type FieldObject, readerOf, settings } from "./samples.ts";

const PLAIN = settings().vary;

describe("parseVary() (RFC 9111 section 4.1)", () => {
  it.each([
    [undefined, []],
    [null, []],
    ["", []],
    ["Accept", ["accept"]],
    ["Foo, Bar,foo,", ["bar", "foo"]],
    ["X_Foo, x.foo, X-Foo", ["x-foo"]],
    ["*", "*"],
    ["*, *", "*"],
    [", *", "*"],
    ["*, Foo", "*"],
    ["Foo, *", "*"],
    ["not a name", "*"],
  ])("reads %j", (vary, names) => {
    expect(parseVary(vary, PLAIN)).toEqual(names);
  });

  it("leaves out what the route ignores", () => {
    const { vary } = settings({ vary: { ignore: ["User_Agent"] } });
    expect(parseVary("User-Agent, Accept", vary)).toEqual(["accept"]);
  });
});

describe("matchesVary() (RFC 9111 section 4.1)", () => {
  it.each<[string, FieldObject, FieldObject, boolean]>([
    ["the same value", { foo: "1" }, { foo: "1" }, true],
    ["another value", { foo: "1" }, { foo: "2" }, false],
    ["absent both times", {}, {}, true],
    ["absent once", { foo: "1" }, {}, false],
    ["empty is not absent", { foo: "" }, {}, false],
    ["white space at the ends", { foo: " 1 " }, { foo: "1" }, true],
    ["white space in a list", { foo: "1,2" }, { foo: "1, 2" }, true],
    ["another order", { foo: "1, 2" }, { foo: "2, 1" }, false],
    ["another case", { foo: "a" }, { foo: "A" }, false],
    ["quoted white space", { foo: 'a="1,2"' }, { foo: 'a="1, 2"' }, false],
    ["fields that Vary does not name", { foo: "1", bar: "1" }, { foo: "1", bar: "2" }, true],
  ])("%s", (_name, stored, presented, isMatch) => {
    const values = toVaryValues(["foo"], readerOf(stored), PLAIN);
    expect(matchesVary(values, readerOf(presented), PLAIN)).toBe(isMatch);
  });

  it.each([
    ["accept-encoding", "gzip, br", "BR,gzip", true],
    ["accept-language", "en;q=0.5, de", "de, en; q=0.5", true],
    ["accept-language", "en, de;q=0.5", "en, de;q=0.6", false],
    ["cookie", "a=1, b", "a=1,b", false],
    ["user-agent", "x (a, b)", "x (a,b)", false],
  ])("knows what means the same in %s: %j and %j", (name, stored, presented, isMatch) => {
    const values = toVaryValues([name], readerOf({ [name]: stored }), PLAIN);
    expect(matchesVary(values, readerOf({ [name]: presented }), PLAIN)).toBe(isMatch);
  });

  it("needs every named field to match", () => {
    const values = toVaryValues(["bar", "foo"], readerOf({ foo: "1", bar: "2" }), PLAIN);
    expect(matchesVary(values, readerOf({ foo: "1", bar: "2" }), PLAIN)).toBe(true);
    expect(matchesVary(values, readerOf({ foo: "1", bar: "3" }), PLAIN)).toBe(false);
  });

  it("takes a request for the choice that it prefers", () => {
    const { vary } = settings({ vary: { choices: { "Accept-Language": ["en", "de"] } } });
    const values = toVaryValues(
      ["accept-language"],
      readerOf({ "accept-language": "de-AT, fr;q=0.1" }),
      vary,
    );
    expect(values).toEqual([["accept-language", "de"]]);
    expect(matchesVary(values, readerOf({ "accept-language": "de" }), vary)).toBe(true);
    expect(matchesVary(values, readerOf({}), vary)).toBe(false);
    expect(toVaryValues(["accept-language"], readerOf({ "accept-language": "fr" }), vary)).toEqual([
      ["accept-language", ""],
    ]);
  });
});

describe("toChosenFields()", () => {
  it("forwards the choice that a request counts as, and leaves alone what it takes none of", () => {
    const { vary } = settings({ vary: { choices: { "accept-language": ["en", "de"] } } });
    expect(toChosenFields(readerOf({ "accept-language": "de-AT;q=0.9, fr" }), vary)).toEqual([
      ["accept-language", "de"],
    ]);
    expect(toChosenFields(readerOf({}), vary)).toEqual([["accept-language", "en"]]);
    expect(toChosenFields(readerOf({ "accept-language": "fr" }), vary)).toEqual([]);
    expect(toChosenFields(readerOf({ "accept-language": "de" }), PLAIN)).toEqual([]);
  });
});
