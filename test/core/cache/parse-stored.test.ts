import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStored } from "../../../src/core/cache/parse-stored.ts";
import { RECORD_VERSION } from "../../../src/core/cache/stored-response.ts";
import { record } from "./samples.ts";

const STORED = record({
  answer: { "cache-control": "max-age=60", vary: "Accept, X-None", etag: '"a"', "cache-tag": "a,b" },
  fields: { accept: "text/html" },
});
const INDEX = { version: RECORD_VERSION, kind: "index", sets: [["accept"], []] };
const MARK = { version: RECORD_VERSION, kind: "mark", mark: "m" };

describe("parseStored()", () => {
  it("reads back what was written", () => {
    expect(parseStored(JSON.stringify(STORED))).toEqual(STORED);
    expect(parseStored(JSON.stringify(INDEX))).toEqual(INDEX);
    expect(parseStored(JSON.stringify(MARK))).toEqual(MARK);
  });

  it.each([
    "",
    "null",
    "[]",
    "1",
    JSON.stringify({ version: RECORD_VERSION }),
    JSON.stringify(STORED).slice(0, -1),
    JSON.stringify({ ...INDEX, version: RECORD_VERSION + 1 }),
    JSON.stringify({ ...INDEX, sets: [] }),
    JSON.stringify({ ...INDEX, sets: ["accept"] }),
    JSON.stringify({ ...INDEX, sets: [[1]] }),
    JSON.stringify({ ...MARK, mark: 1 }),
  ])("takes %s for nothing", (text) => {
    expect(parseStored(text)).toBeUndefined();
  });

  it.each(Object.keys(STORED))("takes a record without %s for nothing", (name) => {
    expect(parseStored(JSON.stringify({ ...STORED, [name]: undefined }))).toBeUndefined();
  });

  it.each<[keyof typeof STORED, unknown]>([
    ["version", 1],
    ["kind", "variant"],
    ["url", 1],
    ["fields", [["etag"]]],
    ["fields", [["etag", 1]]],
    ["fields", { etag: "a" }],
    ["bodyBytes", -1],
    ["responseTimeMs", "1"],
    ["initialAgeMs", -1],
    ["dateMs", null],
    ["lifetimeMs", null],
    ["mustValidate", 0],
    ["isStaleForbidden", "true"],
    ["isImmutable", null],
    ["staleWhileRevalidateMs", -1],
    ["staleIfErrorMs", null],
    ["staleIfUnreachableMs", undefined],
    ["staleIfLimitedMs", undefined],
    ["etag", 1],
    ["lastModified", []],
    ["vary", [["accept", 1]]],
    ["vary", ["accept"]],
    ["tags", [1]],
    ["isTagsCut", 1],
    ["generation", -1],
    ["mark", null],
  ])("takes a record whose %s is %j for nothing", (name, damaged) => {
    expect(parseStored(JSON.stringify({ ...STORED, [name]: damaged }))).toBeUndefined();
  });

  it.each([199, 600, 200.5, "200"])("takes status %j for damage", (status) => {
    expect(parseStored(JSON.stringify({ ...STORED, status }))).toBeUndefined();
  });

  it("never throws", () => {
    fc.assert(fc.property(fc.string(), (text) => void parseStored(text)));
    fc.assert(fc.property(fc.json(), (text) => void parseStored(text)));
  });
});
