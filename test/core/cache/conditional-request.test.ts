import { describe, expect, it } from "vitest";
import {
  isNotModified,
  isRangeCurrent,
  toNotModifiedFields,
} from "../../../src/core/cache/conditional-request.ts";
import { formatHttpDate } from "../../../src/core/http/http-date.ts";
import { type FieldObject, NOW_MS, readerOf, record } from "./samples.ts";

const AT = (seconds: number): string => formatHttpDate(NOW_MS + seconds * 1_000);
const ETAG = { etag: '"a"' };
const MODIFIED = { "last-modified": AT(-3_000) };

describe("isNotModified() (RFC 9111 section 4.3.2)", () => {
  it.each<[string, FieldObject, FieldObject, boolean]>([
    ["no condition", ETAG, {}, false],
    ["the same tag", ETAG, { "if-none-match": '"a"' }, true],
    ["another tag", ETAG, { "if-none-match": '"b"' }, false],
    ["one of several, first", ETAG, { "if-none-match": '"a", "b", "c"' }, true],
    ["one of several, last", ETAG, { "if-none-match": '"b", "c", "a"' }, true],
    ["weak against strong", ETAG, { "if-none-match": 'W/"a"' }, true],
    ["strong against weak", { etag: 'W/"a"' }, { "if-none-match": '"a"' }, true],
    ["weak against weak", { etag: 'W/"a"' }, { "if-none-match": 'W/"a"' }, true],
    ["any", ETAG, { "if-none-match": "*" }, true],
    ["any, without a tag", {}, { "if-none-match": "*" }, true],
    ["a tag, without one", {}, { "if-none-match": '"a"' }, false],
    ["an empty list", ETAG, { "if-none-match": "" }, false],
    ["unquoted against unquoted", { etag: "a" }, { "if-none-match": "a" }, true],
    ["text beyond ASCII", { etag: '"ü"' }, { "if-none-match": '"ü"' }, true],
    ["the date of the change", MODIFIED, { "if-modified-since": AT(-3_000) }, true],
    ["a later date", MODIFIED, { "if-modified-since": AT(-2_000) }, true],
    ["an earlier date", MODIFIED, { "if-modified-since": AT(-3_001) }, false],
    ["the date in another form", MODIFIED, { "if-modified-since": "Sunday, 06-Nov-94 07:59:37 GMT" }, true],
    ["an invalid date", MODIFIED, { "if-modified-since": "yesterday" }, false],
    ["Date, without a change's date", {}, { "if-modified-since": AT(0) }, true],
    ["before Date, without a change's date", {}, { "if-modified-since": AT(-1) }, false],
    [
      "tag before date, when the tag matches",
      { ...ETAG, ...MODIFIED },
      { "if-none-match": '"a"', "if-modified-since": AT(-9_000) },
      true,
    ],
    [
      "tag before date, when only the date matches",
      { ...ETAG, ...MODIFIED },
      { "if-none-match": '"b"', "if-modified-since": AT(0) },
      false,
    ],
    [
      "tag before date, without a tag",
      MODIFIED,
      { "if-none-match": '"b"', "if-modified-since": AT(0) },
      false,
    ],
  ])("%s", (_name, answer, fields, expected) => {
    expect(isNotModified(record({ answer }), readerOf(fields), NOW_MS)).toBe(expected);
  });

  it.each([
    [200, true],
    [203, true],
    [204, true],
    [301, false],
    [404, false],
    [503, false],
  ])(
    "ignores conditions where the plain answer is no success: %i (RFC 9110 section 13.2.1)",
    (status, expected) => {
      expect(
        isNotModified(record({ status, answer: ETAG }), readerOf({ "if-none-match": "*" }), NOW_MS),
      ).toBe(expected);
    },
  );
});

describe("isRangeCurrent() (RFC 9110 section 13.1.5)", () => {
  it.each<[string, FieldObject, FieldObject, boolean]>([
    ["no If-Range", {}, {}, true],
    ["the same strong tag", ETAG, { "if-range": '"a"' }, true],
    ["another tag", ETAG, { "if-range": '"b"' }, false],
    ["a weak tag", { etag: 'W/"a"' }, { "if-range": 'W/"a"' }, false],
    ["a tag, weak in store", { etag: 'W/"a"' }, { "if-range": '"a"' }, false],
    ["an unquoted tag", { etag: "a" }, { "if-range": "a" }, false],
    ["the exact date", MODIFIED, { "if-range": AT(-3_000) }, true],
    ["a later date", MODIFIED, { "if-range": AT(-2_999) }, false],
    ["the exact date, next to a strong tag", { ...ETAG, ...MODIFIED }, { "if-range": AT(-3_000) }, true],
    ["the exact date, next to a weak tag", { etag: 'W/"a"', ...MODIFIED }, { "if-range": AT(-3_000) }, false],
    ["a date without one", ETAG, { "if-range": AT(-3_000) }, false],
    ["a date too close to the answer's", { "last-modified": AT(0) }, { "if-range": AT(0) }, false],
    ["a date a second before the answer's", { "last-modified": AT(-1) }, { "if-range": AT(-1) }, true],
    ["nonsense", { ...ETAG, ...MODIFIED }, { "if-range": "x" }, false],
  ])("%s", (_name, answer, fields, expected) => {
    expect(isRangeCurrent(record({ answer }), readerOf(fields), NOW_MS)).toBe(expected);
  });
});

describe("toNotModifiedFields() (RFC 9110 section 15.4.5)", () => {
  const answer = {
    "cache-control": "max-age=1",
    "content-location": "/x",
    "content-type": "text/plain",
    "content-length": "5",
    "content-encoding": "gzip",
    expires: "0",
    vary: "Accept",
    "x-other": "1",
    "access-control-allow-origin": "*",
    ...MODIFIED,
  };
  const names = (fields: FieldObject): readonly string[] =>
    toNotModifiedFields(record({ answer: { ...answer, ...fields } })).map(([name]) => name);

  it("keeps what a 304 must have, and drops what describes the body", () => {
    expect(names(ETAG)).toEqual([
      "date",
      "cache-control",
      "content-location",
      "expires",
      "vary",
      "x-other",
      "access-control-allow-origin",
      "etag",
    ]);
  });

  it("keeps Last-Modified where there is no ETag", () => {
    expect(names({})).toContain("last-modified");
  });
});
