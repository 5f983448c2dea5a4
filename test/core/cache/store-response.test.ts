import { describe, expect, it } from "vitest";
import { formatHttpDate } from "../../../src/core/http/http-date.ts";
import { type ExchangeOptions, type FieldObject, NOW_MS, storing } from "./samples.ts";

const A_DAY_AGO = formatHttpDate(NOW_MS - 86_400_000);
const FRESH = { "cache-control": "max-age=60" };

describe("toStored() by request (RFC 9111 section 3)", () => {
  it.each<[string, ExchangeOptions, string]>([
    ["GET", {}, "stored"],
    ["HEAD, which must not fill a GET", { method: "HEAD" }, "method"],
    ["POST", { method: "POST" }, "method"],
    ["get", { method: "get" }, "method"],
    ["GET with a body", { hasBody: true }, "request-body"],
    ["GET for a part", { fields: { range: "bytes=0-1" } }, "range"],
    ["GET with conditions, answered in full", { fields: { "if-none-match": '"a"' } }, "stored"],
  ])("%s: %s", (_name, options, expected) => {
    expect(storing({ answer: FRESH, ...options })).toBe(expected);
  });
});

describe("toStored() by status", () => {
  it.each([
    [100, "status"],
    [101, "status"],
    [103, "status"],
    [200, "stored"],
    [203, "stored"],
    [204, "stored"],
    [206, "status"],
    [299, "stored"],
    [300, "stored"],
    [301, "stored"],
    [302, "stored"],
    [303, "stored"],
    [304, "status"],
    [307, "stored"],
    [308, "stored"],
    [400, "status"],
    [401, "status"],
    [403, "status"],
    [404, "stored"],
    [405, "stored"],
    [410, "stored"],
    [413, "status"],
    [414, "stored"],
    [429, "status"],
    [431, "status"],
    [451, "stored"],
    [500, "status"],
    [501, "status"],
    [503, "status"],
  ])("%i with explicit freshness: %s", (status, expected) => {
    expect(storing({ status, answer: FRESH })).toBe(expected);
  });

  it.each([
    [404, { "404": "10s" }, "stored"],
    [404, { "404": "never" }, "status"],
    [400, { "400": "1s" }, "stored"],
    [503, { "5xx": "1s" }, "stored"],
    [200, { "2xx": "never" }, "status"],
    [200, { "2xx": "never", "200": "1s" }, "stored"],
    [429, { "4xx": "1s" }, "status"],
    [206, { "2xx": "1s" }, "status"],
  ])("%i where the route says %j: %s", (status, ttlByStatus, expected) => {
    expect(storing({ status }, { ttlByStatus })).toBe(expected);
  });

  it("does not let the route's ttl store an error", () => {
    expect(storing({ status: 500 }, { ttl: "30s" })).toBe("status");
    expect(storing({ status: 404 }, { ttl: "30s" })).toBe("no-freshness");
  });
});

describe("toStored() by directives (sections 3 and 5.2.2)", () => {
  it.each<[FieldObject, string, number]>([
    [{ "cache-control": "max-age=60, no-store" }, "no-store", 200],
    [{ "cache-control": "No-StOrE, max-age=60" }, "no-store", 200],
    [{ "cache-control": "no-store=x, max-age=60" }, "no-store", 200],
    [{ "cache-control": "max-age=60, no-store, must-understand" }, "stored", 200],
    [{ "cache-control": "max-age=60, no-store, must-understand" }, "status", 299],
    [{ "cache-control": "max-age=60, must-understand" }, "status", 299],
    [{ "cache-control": "max-age=60, private" }, "private", 200],
    [{ "cache-control": 'max-age=60, private="x-user"' }, "stored", 200],
    [{ "cache-control": 'max-age=60, private=""' }, "private", 200],
    [{ "cache-control": "max-age=60, no-cache" }, "no-reuse", 200],
    [{ "cache-control": "no-cache", etag: '"a"' }, "stored", 200],
    [{ "cdn-cache-control": "max-age=60", "cache-control": "no-store" }, "stored", 200],
    [{ "cdn-cache-control": "no-store", "cache-control": "max-age=60" }, "no-store", 200],
    [{ "cdn-cache-control": "private", "cache-control": "max-age=60" }, "private", 200],
    [{ "cdn-cache-control": "max-age=60, &", "cache-control": "no-store" }, "no-store", 200],
  ])("%j: %s", (answer, expected, status) => {
    expect(storing({ status, answer })).toBe(expected);
  });

  it.each(["no-store", "private", "max-age=60, no-store"])(
    "lets no ttl of the route override %s",
    (cacheControl) => {
      expect(storing({ answer: { "cache-control": cacheControl } }, { ttl: "30s" })).not.toBe("stored");
    },
  );
});

describe("toStored() of an authorised request (section 3.5)", () => {
  const fields = { authorization: "Bearer a" };
  it.each([
    ["max-age=60", "authorization"],
    ["max-age=60, public", "stored"],
    ["max-age=60, public=x", "authorization"],
    ["max-age=60, must-revalidate", "stored"],
    ["s-maxage=60", "stored"],
    ["s-maxage=x, max-age=60", "authorization"],
    ["max-age=60, proxy-revalidate", "authorization"],
    ["max-age=60, immutable", "authorization"],
  ])("%s: %s", (cacheControl, expected) => {
    expect(storing({ fields, answer: { "cache-control": cacheControl } })).toBe(expected);
  });

  it("is not shared by the route's ttl, but may be kept for its own credential", () => {
    expect(storing({ fields }, { ttl: "30s" })).toBe("authorization");
    expect(storing({ fields }, { ttl: "30s", key: { headers: ["Authorization"] } })).toBe("stored");
    expect(
      storing(
        { fields, answer: { "cache-control": "private" } },
        { ttl: "30s", key: { headers: ["Authorization"] } },
      ),
    ).toBe("private");
  });
});

describe("toStored() of cookies", () => {
  it.each<[string, ExchangeOptions, unknown, string]>([
    ["Set-Cookie", { answer: { ...FRESH, "set-cookie": "a=1" } }, {}, "set-cookie"],
    [
      "Set-Cookie that the route strips",
      { answer: { ...FRESH, "set-cookie": "a=1" } },
      { setCookie: "strip" },
      "stored",
    ],
    [
      "Set-Cookie that private names",
      { answer: { "cache-control": 'max-age=60, private="Set-Cookie"', "set-cookie": "a=1" } },
      {},
      "stored",
    ],
    ["Cookie, and the origin says fresh", { fields: { cookie: "s=1" }, answer: FRESH }, {}, "stored"],
    ["Cookie, and the route says fresh", { fields: { cookie: "s=1" } }, { ttl: "30s" }, "request-cookie"],
    [
      "Cookie, and the origin says public",
      { fields: { cookie: "s=1" }, answer: { "cache-control": "public" } },
      { ttl: "30s" },
      "stored",
    ],
    [
      "Cookie, and a heuristic says fresh",
      { fields: { cookie: "s=1" }, answer: { "last-modified": A_DAY_AGO } },
      { heuristic: true },
      "request-cookie",
    ],
    [
      "Cookie that the route ignores",
      { fields: { cookie: "s=1" } },
      { ttl: "30s", requestCookies: "ignore" },
      "stored",
    ],
    [
      "Cookie, and cookies in the key",
      { fields: { cookie: "s=1" } },
      { ttl: "30s", key: { cookies: ["plan"] } },
      "stored",
    ],
  ])("%s", (_name, options, route, expected) => {
    expect(storing(options, route)).toBe(expected);
  });
});

const NO_TRANSFORM = { "cache-control": "max-age=60, no-transform" };

describe("toStored() by freshness and use (section 3)", () => {
  it.each<[string, FieldObject, unknown, string]>([
    ["nothing explicit", {}, {}, "no-freshness"],
    ["a validator alone", { etag: '"a"', "last-modified": A_DAY_AGO }, {}, "no-freshness"],
    ["a heuristic", { "last-modified": A_DAY_AGO }, { heuristic: true }, "stored"],
    ["public without a time or validator", { "cache-control": "public" }, {}, "no-reuse"],
    ["public with a validator", { "cache-control": "public", etag: '"a"' }, {}, "stored"],
    ["max-age=0", { "cache-control": "max-age=0" }, {}, "no-reuse"],
    ["max-age=0 with a validator", { "cache-control": "max-age=0", etag: '"a"' }, {}, "stored"],
    ["max-age=0 with a stale time", { "cache-control": "max-age=0, stale-while-revalidate=5" }, {}, "stored"],
    ["older than its lifetime", { ...FRESH, age: "60" }, {}, "no-reuse"],
    ["Expires: 0", { expires: "0" }, {}, "no-reuse"],
    ["the route's ttl", {}, { ttl: "30s" }, "stored"],
    ["immutable alone", { "cache-control": "immutable" }, {}, "no-freshness"],
    ["no-transform", NO_TRANSFORM, {}, "stored"],
    ["no-transform of another coding", { ...NO_TRANSFORM, "content-encoding": "zstd" }, {}, "stored"],
    [
      "no-transform of a coding that the platform knows",
      { ...NO_TRANSFORM, "content-encoding": "gzip" },
      {},
      "stored",
    ],
    ["too large", { ...FRESH, "content-length": "101" }, { bodyBytesMax: 100 }, "too-large"],
    ["what cannot be read", { ...FRESH, "x-user": "M\ufffdller" }, {}, "fields-unreadable"],
    ["what is not kept", { ...FRESH, "retry-after": "\ufffd" }, {}, "stored"],
    ["just small enough", { ...FRESH, "content-length": "100" }, { bodyBytesMax: 100 }, "stored"],
  ])("%s", (_name, answer, route, expected) => {
    expect(storing({ answer }, route)).toBe(expected);
  });
});

describe("toStored() by Vary (section 4.1)", () => {
  it.each<[string, ExchangeOptions, string]>([
    ["*", { answer: { ...FRESH, vary: "*" } }, "vary"],
    ["a list with *", { answer: { ...FRESH, vary: "Accept, *" } }, "vary"],
    ["a field", { answer: { ...FRESH, vary: "Accept" } }, "stored"],
    [
      "a field with a long value",
      { answer: { ...FRESH, vary: "X" }, fields: { x: "a".repeat(1_025) } },
      "vary",
    ],
    ["a field that cannot be read", { answer: { ...FRESH, vary: "X" }, fields: { x: "\ufffd" } }, "vary"],
    [
      "too many fields",
      { answer: { ...FRESH, vary: Array.from({ length: 17 }, (_, index) => `x${index}`).join() } },
      "vary",
    ],
  ])("%s: %s", (_name, options, expected) => {
    expect(storing(options)).toBe(expected);
  });
});

describe("toStored() against deception", () => {
  const page = { "content-type": "text/html" };
  it.each<[string, ExchangeOptions, unknown, string]>([
    [
      "a page under a style sheet's name, by ttl",
      { target: { path: "/me/x.css" }, answer: page },
      { ttl: "30s" },
      "content-type",
    ],
    [
      "the same by heuristic",
      { target: { path: "/me/x.css" }, answer: { ...page, "last-modified": A_DAY_AGO } },
      { heuristic: true },
      "content-type",
    ],
    [
      "the same by the origin's word",
      { target: { path: "/me/x.css" }, answer: { ...page, ...FRESH } },
      {},
      "stored",
    ],
    [
      "an error page under a picture's name",
      { status: 404, target: { path: "/x.png" }, answer: page },
      { ttlByStatus: { "404": "5s" } },
      "stored",
    ],
    [
      "a delimiter in the path",
      { target: { path: "/me%23x" }, answer: page },
      { ttl: "30s" },
      "path-delimiter",
    ],
  ])("%s", (_name, options, route, expected) => {
    expect(storing(options, route)).toBe(expected);
  });
});
