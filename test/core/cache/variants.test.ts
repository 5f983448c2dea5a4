import { describe, expect, it } from "vitest";
import { toVariantKey } from "../../../src/core/cache/cache-key.ts";
import { RECORD_VERSION, type VaryIndex } from "../../../src/core/cache/stored-response.ts";
import { selectStoredResponse, toStorePlace, toVariantKeys } from "../../../src/core/cache/variants.ts";
import { type FieldObject, NOW_MS, readerOf, record, settings } from "./samples.ts";

const FIELDS: FieldObject = { foo: "1", bar: "2" };
const CONTEXT = { fields: readerOf(FIELDS), settings: settings() };

function varied(vary: string, atMs = NOW_MS) {
  return record({ fields: FIELDS, answer: { vary }, atMs });
}

function index(...sets: readonly (readonly string[])[]): VaryIndex {
  return { version: RECORD_VERSION, kind: "index", sets };
}

describe("toStorePlace()", () => {
  it("puts what does not vary at the primary key, over whatever record is there", () => {
    for (const present of [undefined, varied("")]) {
      expect(toStorePlace("p", varied(""), { ...CONTEXT, present })).toEqual({ key: "p", index: undefined });
    }
  });

  it("puts a variant at a key of its own and an index at the primary", () => {
    expect(toStorePlace("p", varied("Foo"), { ...CONTEXT, present: undefined })).toEqual({
      key: toVariantKey("p", ["foo"], CONTEXT),
      index: index(["foo"]),
    });
  });

  it("writes no index that is already so", () => {
    const place = toStorePlace("p", varied("Foo"), { ...CONTEXT, present: index(["foo"], ["bar"]) });
    expect(place.index).toBeUndefined();
  });

  it.each([
    ["a new set", "Bar", index(["foo"]), index(["bar"], ["foo"])],
    ["an old set used again", "Bar", index(["foo"], ["bar"]), index(["bar"], ["foo"])],
    ["no fields, next to variants", "", index(["foo"]), index([], ["foo"])],
    ["the fifth set", "Bar", index(["a"], ["b"], ["c"], ["d"]), index(["bar"], ["a"], ["b"], ["c"])],
  ])("puts the latest set first: %s", (_name, vary, present, expected) => {
    expect(toStorePlace("p", varied(vary), { ...CONTEXT, present }).index).toEqual(expected);
  });

  it("is where a request with the same fields looks", () => {
    for (const vary of ["Foo", "Foo, Bar", "Accept"]) {
      const stored = varied(vary);
      const place = toStorePlace("p", stored, { ...CONTEXT, present: undefined });
      expect(place.index && toVariantKeys("p", place.index, CONTEXT)).toEqual([place.key]);
    }
  });
});

describe("selectStoredResponse() (RFC 9111 sections 4 and 4.1)", () => {
  it("takes the most recent by Date of those that match", () => {
    const older = varied("Foo");
    const newer = varied("Bar", NOW_MS + 5_000);
    const other = record({ fields: { foo: "9" }, answer: { vary: "Foo" }, atMs: NOW_MS + 9_000 });
    expect(selectStoredResponse([older, newer, other], CONTEXT)).toBe(newer);
    expect(selectStoredResponse([newer, older], CONTEXT)).toBe(newer);
  });

  it("takes the later arrival among equal Dates", () => {
    const [older, newer] = [varied("Foo"), varied("Bar", NOW_MS + 400)];
    expect(selectStoredResponse([older, newer], CONTEXT)).toBe(newer);
  });

  it("takes one with Vary before a newer default without", () => {
    const [variant, plain] = [varied("Foo"), varied("", NOW_MS + 9_000)];
    expect(selectStoredResponse([plain, variant], CONTEXT)).toBe(variant);
  });

  it("takes none when none matches", () => {
    expect(
      selectStoredResponse([varied("Foo")], { ...CONTEXT, fields: readerOf({ foo: "9" }) }),
    ).toBeUndefined();
    expect(selectStoredResponse([], CONTEXT)).toBeUndefined();
  });
});
