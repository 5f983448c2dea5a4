import { describe, expect, it } from "vitest";
import { createStoredResponse } from "../../../src/core/cache/create-stored-response.ts";
import { formatHttpDate } from "../../../src/core/http/http-date.ts";
import { exchange, type FieldObject, NOW_MS, settings } from "./samples.ts";

/** Seconds and source of a response's lifetime. */
function lifetime(
  answer: FieldObject,
  { status = 200, route = {} }: { status?: number; route?: unknown } = {},
) {
  const draft = createStoredResponse(exchange({ status, answer }), settings(route));
  return [draft.record.lifetimeMs / 1_000, draft.lifetimeSource];
}

const IN_AN_HOUR = formatHttpDate(NOW_MS + 3_600_000);
const A_DAY_AGO = formatHttpDate(NOW_MS - 86_400_000);

describe("toLifetime() (RFC 9111 section 4.2.1)", () => {
  it.each<[string, FieldObject, number]>([
    ["s-maxage before max-age", { "cache-control": "max-age=60, s-maxage=30" }, 30],
    ["s-maxage before Expires", { "cache-control": "s-maxage=30", expires: IN_AN_HOUR }, 30],
    ["max-age before Expires", { "cache-control": "max-age=60", expires: IN_AN_HOUR }, 60],
    ["max-age=0 before Expires", { "cache-control": "max-age=0", expires: IN_AN_HOUR }, 0],
    [
      "an unreadable max-age before Expires, as stale",
      { "cache-control": "max-age=x", expires: IN_AN_HOUR },
      0,
    ],
    ["an unreadable s-maxage before max-age, as stale", { "cache-control": "s-maxage=x, max-age=60" }, 0],
    ["Expires less Date", { expires: IN_AN_HOUR, date: formatHttpDate(NOW_MS - 600_000) }, 4_200],
    ["Expires less the arrival without a Date", { expires: IN_AN_HOUR, date: "" }, 3_600],
    ["Expires less the arrival with an invalid Date", { expires: IN_AN_HOUR, date: "yesterday" }, 3_600],
    ["Expires equal to Date", { expires: formatHttpDate(NOW_MS) }, 0],
    ["Expires in the past", { expires: A_DAY_AGO }, 0],
    ["Expires: 0", { expires: "0" }, 0],
    ["Expires: -1", { expires: "-1" }, 0],
    ["an empty Expires", { expires: "" }, 0],
    ["Expires in another zone", { expires: IN_AN_HOUR.replace("GMT", "UTC") }, 0],
    ["Expires without its comma", { expires: IN_AN_HOUR.replace(",", "") }, 0],
    ["two Expires", { expires: `${IN_AN_HOUR}, ${IN_AN_HOUR}` }, 0],
    ["a targeted max-age and no Expires", { "cdn-cache-control": "max-age=5", expires: IN_AN_HOUR }, 5],
    ["no more than 2^31 seconds", { "cache-control": "max-age=99999999999" }, 2 ** 31],
  ])("takes %s", (_name, answer, seconds) => {
    expect(lifetime(answer)).toEqual([seconds, "origin"]);
  });

  it("has no lifetime under a targeted field that gives none, whatever Expires says", () => {
    expect(lifetime({ "cdn-cache-control": "none", expires: IN_AN_HOUR })).toEqual([0, "none"]);
  });
});

describe("toLifetime() by heuristic (RFC 9111 section 4.2.2)", () => {
  const route = { heuristic: true };

  it.each<[string, number, FieldObject, number | undefined]>([
    ["a tenth of the time since the change", 200, { "last-modified": A_DAY_AGO }, 8_640],
    ["at most a day", 200, { "last-modified": formatHttpDate(NOW_MS - 86_400_000 * 365) }, 86_400],
    ["nothing for a change in the future", 200, { "last-modified": IN_AN_HOUR }, 0],
    ["203", 203, { "last-modified": A_DAY_AGO }, 8_640],
    ["204", 204, { "last-modified": A_DAY_AGO }, 8_640],
    ["301", 301, { "last-modified": A_DAY_AGO }, 8_640],
    ["404", 404, { "last-modified": A_DAY_AGO }, 8_640],
    ["405", 405, { "last-modified": A_DAY_AGO }, 8_640],
    ["410", 410, { "last-modified": A_DAY_AGO }, 8_640],
    ["414", 414, { "last-modified": A_DAY_AGO }, 8_640],
    ["501", 501, { "last-modified": A_DAY_AGO }, 8_640],
    ["not 201", 201, { "last-modified": A_DAY_AGO }, undefined],
    ["not 302", 302, { "last-modified": A_DAY_AGO }, undefined],
    ["not 403", 403, { "last-modified": A_DAY_AGO }, undefined],
    ["not 503", 503, { "last-modified": A_DAY_AGO }, undefined],
    ["any status that is public", 299, { "last-modified": A_DAY_AGO, "cache-control": "public" }, 8_640],
    ["not without Last-Modified", 200, {}, undefined],
    ["not with an invalid one", 200, { "last-modified": "yesterday" }, undefined],
  ])("gives %s", (_name, status, answer, seconds) => {
    expect(lifetime(answer, { status, route })).toEqual(
      seconds === undefined ? [0, "none"] : [seconds, "heuristic"],
    );
  });

  it("is not asked when an explicit time is there, readable or not", () => {
    for (const answer of [{ "cache-control": "max-age=x" }, { expires: "0" }]) {
      expect(lifetime({ ...answer, "last-modified": A_DAY_AGO }, { route })).toEqual([0, "origin"]);
    }
  });

  it("is not asked where the route does not allow it", () => {
    expect(lifetime({ "last-modified": A_DAY_AGO })).toEqual([0, "none"]);
  });
});

describe("toLifetime() by the route", () => {
  it.each<[string, number, unknown, FieldObject, readonly unknown[]]>([
    ["ttl over the origin", 200, { ttl: "30s" }, { "cache-control": "max-age=60" }, [30, "route"]],
    ["ttl over no-freshness", 200, { ttl: "30s" }, {}, [30, "route"]],
    ["ttl counted from the arrival", 200, { ttl: "30s" }, { age: "100" }, [130, "route"]],
    ["ttl for a permanent redirect", 308, { ttl: "30s" }, {}, [30, "route"]],
    ["no ttl for a temporary redirect", 302, { ttl: "30s" }, {}, [0, "none"]],
    ["no ttl for an error", 404, { ttl: "30s" }, { "cache-control": "max-age=60" }, [60, "origin"]],
    ["a status's ttl", 404, { ttlByStatus: { "404": "10s" } }, {}, [10, "route"]],
    ["a class's ttl", 503, { ttlByStatus: { "5xx": "1s" } }, {}, [1, "route"]],
    ["a status before its class", 503, { ttlByStatus: { "5xx": "1s", "503": "2s" } }, {}, [2, "route"]],
    ["a status before ttl", 200, { ttl: "30s", ttlByStatus: { "2xx": "5s" } }, {}, [5, "route"]],
  ])("takes %s", (_name, status, route, answer, expected) => {
    expect(lifetime(answer, { status, route })).toEqual(expected);
  });
});
