import { assert, describe, expect, it } from "vitest";
import { refreshByHead, refreshStoredResponse } from "../../../src/core/cache/refresh-stored-response.ts";
import type { StoredResponse } from "../../../src/core/cache/stored-response.ts";
import { type ExchangeOptions, exchange, type FieldObject, NOW_MS, record, settings } from "./samples.ts";

const LATER_MS = NOW_MS + 100_000;
const STORED: FieldObject = {
  "cache-control": "max-age=60",
  "content-type": "text/plain",
  "content-length": "10",
  "x-kept": "1",
};

/** A 304 a hundred seconds after the response came. */
function refresh(stored: FieldObject, answer: FieldObject, options: ExchangeOptions = {}) {
  const later = exchange({ status: 304, atMs: LATER_MS, answer, generation: 7, ...options });
  return refreshStoredResponse(record({ answer: { ...STORED, ...stored } }), later, settings());
}

function refreshed(stored: FieldObject, answer: FieldObject, options: ExchangeOptions = {}): StoredResponse {
  const result = refresh(stored, answer, options);
  assert(result.kind === "refreshed");
  return result.record;
}

describe("refreshStoredResponse() (RFC 9111 section 4.3.4)", () => {
  it.each<[string, FieldObject, FieldObject, boolean]>([
    ["the same strong tag", { etag: '"a"' }, { etag: '"a"' }, true],
    ["another strong tag", { etag: '"a"' }, { etag: '"b"' }, false],
    ["a strong tag for a weak one", { etag: 'W/"a"' }, { etag: '"a"' }, false],
    ["a strong tag where none was stored", { "last-modified": "x" }, { etag: '"a"' }, false],
    ["a weak tag for a strong one", { etag: '"a"' }, { etag: 'W/"a"' }, true],
    ["the same weak tag", { etag: 'W/"a"' }, { etag: 'W/"a"' }, true],
    ["another weak tag", { etag: 'W/"a"' }, { etag: 'W/"b"' }, false],
    ["the same date", { "last-modified": "x" }, { "last-modified": "x" }, true],
    ["another date", { "last-modified": "x" }, { "last-modified": "y" }, false],
    ["no validator", { etag: '"a"' }, {}, true],
  ])("knows what a 304 is about: %s", (_name, stored, answer, isRefreshed) => {
    expect(refresh(stored, answer).kind).toBe(isRefreshed ? "refreshed" : "other");
  });

  it("updates fields, and everything that follows from them, and is as young as the 304", () => {
    const fresh = refreshed(
      { etag: '"a"', age: "50" },
      {
        etag: '"a"',
        "cache-control": "max-age=30, must-revalidate",
        "content-type": "text/html",
        "x-new": "2",
        "content-length": "0",
      },
    );
    expect(fresh).toMatchObject({
      status: 200,
      bodyBytes: 10,
      responseTimeMs: LATER_MS,
      initialAgeMs: 0,
      lifetimeMs: 30_000,
      isStaleForbidden: true,
      generation: 7,
    });
    expect(Object.fromEntries(fresh.fields)).toEqual({
      date: "Sun, 06 Nov 1994 08:51:17 GMT",
      "cache-control": "max-age=30, must-revalidate",
      "content-type": "text/html",
      "content-length": "10",
      etag: '"a"',
      "x-kept": "1",
      "x-new": "2",
    });
  });

  it("keeps the stored lifetime when the 304 does not change it", () => {
    expect(refreshed({ etag: '"a"' }, {}).lifetimeMs).toBe(60_000);
  });

  it("does not take the stored Date for a 304 without one", () => {
    const fresh = refreshed({ etag: '"a"' }, { date: "" });
    expect([fresh.initialAgeMs, fresh.dateMs]).toEqual([0, LATER_MS]);
  });

  it("says an age only where another cache gave the 304 (section 5.1)", () => {
    expect(refresh({ etag: '"a"' }, {})).toMatchObject({ ageMs: undefined });
    expect(refresh({ etag: '"a"' }, { age: "5" }, { delayMs: 1_000 })).toMatchObject({ ageMs: 6_000 });
    expect(refresh({ etag: '"a"', age: "9" }, {})).toMatchObject({ ageMs: undefined });
  });

  it.each<[string, FieldObject, ExchangeOptions, string | undefined]>([
    ["nothing", {}, {}, undefined],
    ["no-store", { "cache-control": "no-store" }, {}, "no-store"],
    ["private", { "cache-control": "private" }, {}, "private"],
    ["Vary: *", { vary: "*" }, {}, "vary"],
    ["an authorised request", {}, { fields: { authorization: "Bearer a" } }, "authorization"],
    ["cookies, which are not stored", { "set-cookie": "a=1" }, {}, undefined],
  ])("says whether the store may keep it after %s", (_name, answer, options, refusal) => {
    expect(refresh({ etag: '"a"' }, answer, options)).toMatchObject({ refusal });
  });

  it("stores no cookie and no rate-limit field of a 304", () => {
    const fresh = refreshed(
      { etag: '"a"' },
      { "set-cookie": "a=1", "x-ratelimit-remaining": "1", "retry-after": "1" },
    );
    expect(fresh.fields.map(([name]) => name)).toEqual([
      "cache-control",
      "content-type",
      "content-length",
      "x-kept",
      "etag",
      "date",
    ]);
  });
});

describe("refreshByHead() (RFC 9111 section 4.3.5)", () => {
  it.each<[string, FieldObject, boolean]>([
    ["the same validators and length", { etag: '"a"', "content-length": "10" }, true],
    ["no validator and no length", {}, true],
    ["another tag", { etag: '"b"' }, false],
    ["another length", { etag: '"a"', "content-length": "11" }, false],
    ["a validator that was not stored", { "last-modified": "x" }, false],
  ])("updates or finds outdated: %s", (_name, answer, isRefreshed) => {
    const stored = record({ answer: { ...STORED, etag: '"a"' } });
    const head = exchange({
      method: "HEAD",
      atMs: LATER_MS,
      answer: { ...answer, "cache-control": "max-age=5" },
    });
    const result = refreshByHead(stored, head, settings());
    expect(result.kind).toBe(isRefreshed ? "refreshed" : "other");
    if (result.kind === "refreshed")
      expect(result.record).toMatchObject({ lifetimeMs: 5_000, bodyBytes: 10 });
  });

  it("does not touch a stored error", () => {
    const stored = record({ status: 404, answer: STORED });
    expect(refreshByHead(stored, exchange({ method: "HEAD" }), settings()).kind).toBe("other");
  });
});
