import { describe, expect, it } from "vitest";
import { readResponseDirectives, toMs } from "../../../src/core/cache/response-directives.ts";
import { readerOf } from "./samples.ts";

function read(cacheControl: string) {
  return readResponseDirectives(readerOf({ "cache-control": cacheControl }));
}

describe("readResponseDirectives()", () => {
  it.each([
    ["max-age=60", 60],
    ['max-age="60"', 60],
    ["MAX-AGE=060", 60],
    ["max-age=0", 0],
    ["max-age=60, max-age=60", 60],
    ["max-age=60, max-age=61", "invalid"],
    ["max-age=61, max-age=60", "invalid"],
    ["max-age", "invalid"],
    ["max-age=", "invalid"],
    ["max-age=-1", "invalid"],
    ["max-age=3600.0", "invalid"],
    ["max-age=3600a", "invalid"],
    ["max-age=a3600", "invalid"],
    ["max-age='3600'", "invalid"],
    ["max-age =3600", "invalid"],
    ["max-age= 3600", "invalid"],
    ["max-age=60, max-age=x", "invalid"],
    ["max-age=99999999999", 2 ** 31],
    ['ext="max-age=60"', undefined],
    ["public", undefined],
  ])("reads max-age of %j as %s (sections 1.2.2 and 4.2.1)", (cacheControl, maxAge) => {
    expect(read(cacheControl).maxAge).toBe(maxAge);
  });

  it("counts an unreadable time as none", () => {
    expect([toMs(60), toMs("invalid"), toMs(undefined)]).toEqual([60_000, 0, 0]);
  });

  it.each([
    ["no-cache", { noCache: true, withheldNames: [] }],
    ['no-cache="X-User, etag"', { noCache: false, withheldNames: ["x-user", "etag"] }],
    ["no-cache=x-user", { noCache: false, withheldNames: ["x-user"] }],
    ['no-cache=""', { noCache: true, withheldNames: [] }],
    ['no-cache="not a name"', { noCache: true, withheldNames: [] }],
    ['no-cache="x-user", no-cache', { noCache: true, withheldNames: [] }],
    ['no-cache="a", no-cache="b"', { noCache: false, withheldNames: ["a", "b"] }],
    ['no-cache = "a"', { noCache: true, withheldNames: [] }],
    ["private", { isPrivate: true, withheldNames: [] }],
    ['private="set-cookie"', { isPrivate: false, withheldNames: ["set-cookie"] }],
    ['private="a, b", no-cache="c"', { isPrivate: false, noCache: false, withheldNames: ["c", "a", "b"] }],
  ])("reads the fields of %j (sections 5.2.2.4 and 5.2.2.7)", (cacheControl, expected) => {
    expect(read(cacheControl)).toMatchObject(expected);
  });

  it("keeps a restriction that is malformed and drops a permission that is", () => {
    expect(read("no-store=x, private y, must-revalidate=1, public=1")).toMatchObject({
      noStore: true,
      isPrivate: true,
      mustRevalidate: true,
      isPublic: false,
    });
  });

  it("reads immutable whatever its argument (RFC 8246 section 2)", () => {
    expect(read("immutable=1, immutable").isImmutable).toBe(true);
  });

  it("ignores what it does not know (section 5.2.3)", () => {
    expect(read("max-age=60, no-stor, x=y")).toEqual(read("max-age=60"));
  });
});
