import { describe, expect, it } from "vitest";
import { createStoredResponse } from "../../../src/core/cache/create-stored-response.ts";
import { exchange, type FieldObject, NOW_MS, record, settings } from "./samples.ts";

describe("createStoredResponse()", () => {
  it("works out everything that a hit needs", () => {
    const stored = record(
      {
        target: { query: "b=2&a=1&utm=3" },
        fields: { accept: "text/html" },
        answer: {
          "cache-control": "max-age=60, stale-while-revalidate=5, stale-if-error=7, immutable",
          "content-type": "text/html",
          "content-length": "12",
          etag: '"a"',
          vary: "Accept",
          age: "3",
          "cache-tag": "shop",
        },
        delayMs: 500,
        generation: 42,
        mark: "m",
      },
      { key: { query: { exclude: ["utm"], sorted: true } } },
    );
    expect(stored).toEqual({
      version: 4,
      kind: "record",
      url: "https://api.example/things?a=1&b=2",
      status: 200,
      fields: [
        ["date", "Sun, 06 Nov 1994 08:49:37 GMT"],
        ["cache-control", "max-age=60, stale-while-revalidate=5, stale-if-error=7, immutable"],
        ["content-type", "text/html"],
        ["content-length", "12"],
        ["etag", '"a"'],
        ["vary", "Accept"],
        ["cache-tag", "shop"],
      ],
      bodyBytes: 12,
      responseTimeMs: NOW_MS,
      initialAgeMs: 3_500,
      dateMs: NOW_MS,
      lifetimeMs: 60_000,
      mustValidate: false,
      isStaleForbidden: false,
      isImmutable: true,
      staleWhileRevalidateMs: 5_000,
      staleIfErrorMs: 7_000,
      staleIfUnreachableMs: 7_000,
      staleIfLimitedMs: 0,
      etag: '"a"',
      lastModified: null,
      vary: [["accept", "text/html"]],
      tags: ["shop"],
      isTagsCut: false,
      generation: 42,
      mark: "m",
    });
  });

  it("appends the arrival as Date where there is none, and in place of an invalid one (RFC 9110 section 6.6.1)", () => {
    for (const date of ["", "yesterday"]) {
      const stored = record({ answer: { date }, atMs: NOW_MS + 999 });
      expect(stored.fields).toEqual([["date", "Sun, 06 Nov 1994 08:49:37 GMT"]]);
      expect(stored.dateMs).toBe(NOW_MS + 999);
    }
  });

  it("keeps a valid Date as it came", () => {
    const date = "Sunday, 06-Nov-94 08:49:00 GMT";
    expect(record({ answer: { date } }).fields).toEqual([["date", date]]);
  });

  it.each<[string, FieldObject, boolean]>([
    ["nothing", { "cache-control": "max-age=60" }, false],
    ["must-revalidate", { "cache-control": "max-age=60, must-revalidate" }, true],
    ["proxy-revalidate", { "cache-control": "max-age=60, proxy-revalidate" }, true],
    ["s-maxage", { "cache-control": "s-maxage=60" }, true],
    ["an unreadable s-maxage", { "cache-control": "s-maxage=x" }, true],
    ["no-cache", { "cache-control": "max-age=60, no-cache" }, true],
    ["qualified no-cache", { "cache-control": 'max-age=60, no-cache="x"' }, false],
    ["a targeted must-revalidate", { "cdn-cache-control": "max-age=60, must-revalidate" }, true],
    [
      "a must-revalidate that a targeted field sets aside",
      { "cdn-cache-control": "max-age=60", "cache-control": "must-revalidate" },
      false,
    ],
  ])(
    "lets the route's stale times lose to what forbids them: %s (section 4.2.4)",
    (_name, answer, isForbidden) => {
      const route = { staleWhileRevalidate: "10s", staleIfError: "20s", staleIfLimited: "30s" };
      expect(record({ answer }, route)).toMatchObject({
        isStaleForbidden: isForbidden,
        staleWhileRevalidateMs: isForbidden ? 0 : 10_000,
        staleIfErrorMs: isForbidden ? 0 : 20_000,
        staleIfUnreachableMs: isForbidden ? 0 : 20_000,
        staleIfLimitedMs: isForbidden ? 0 : 30_000,
      });
    },
  );

  it("takes the route's stale times before the origin's (RFC 5861)", () => {
    const answer = { "cache-control": "max-age=60, stale-while-revalidate=99, stale-if-error=99" };
    expect(record({ answer }, { staleWhileRevalidate: "1s" })).toMatchObject({
      staleWhileRevalidateMs: 1_000,
      staleIfErrorMs: 99_000,
    });
  });

  it("withholds named fields, also as validators (sections 5.2.2.4 and 5.2.2.7)", () => {
    const answer = {
      "cache-control": 'max-age=60, no-cache="ETag", private="X-User"',
      etag: '"a"',
      "x-user": "u",
    };
    const stored = record({ answer });
    expect(stored.etag).toBeNull();
    expect(stored.fields.map(([name]) => name)).toEqual(["date", "cache-control"]);
  });

  it.each([
    ["", null],
    ["12", 12],
    ["12, 12", null],
    ["-1", null],
    ["1e3", null],
  ])("reads the length %j as %s", (length, bodyBytes) => {
    expect(record({ answer: { "content-length": length } }).bodyBytes).toBe(bodyBytes);
  });

  it("marks a response that varies by everything", () => {
    const draft = createStoredResponse(exchange({ answer: { vary: "Accept, *" } }), settings());
    expect([draft.isVaryAny, draft.record.vary]).toEqual([true, []]);
  });

  it("survives JSON", () => {
    const stored = record({
      answer: { "cache-control": "max-age=99999999999", age: "99999999999", vary: "x" },
    });
    expect(JSON.parse(JSON.stringify(stored))).toEqual(stored);
  });
});
