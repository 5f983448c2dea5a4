import { describe, expect, test } from "vitest";
import { isKeyedByUser } from "../../../src/core/cache/private-use.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { isOverridden } from "../../../src/core/cache/response-directives.ts";
import { type FieldObject, record, request, settings, storing } from "./samples.ts";

const byToken = { private: true, key: { headers: ["authorization"] } };
const PRIVATE = { "Cache-Control": "private, max-age=60", ETag: '"1"' };
/** What the Graph API says of an ordinary answer. */
const GRAPH = {
  "Cache-Control": "private, no-cache, no-store, must-revalidate",
  Pragma: "no-cache",
  Expires: "Sat, 01 Jan 2000 00:00:00 GMT",
  ETag: '"1"',
};
const override = { ...byToken, override: ["no-store", "no-cache", "must-revalidate"], ttl: "1m" };
const lower = (fields: FieldObject): FieldObject =>
  Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]));
const token = { authorization: "Bearer a" };

describe("an answer that is one user's", () => {
  const rows: readonly (readonly [
    what: string,
    options: object,
    fields: FieldObject,
    answer: FieldObject,
    refusal: string | undefined,
  ])[] = [
    ["without the setting", { key: byToken.key }, token, PRIVATE, "private"],
    ["keyed by the token", byToken, token, PRIVATE, undefined],
    ["to a request without a token", byToken, {}, PRIVATE, "private"],
    ["to a request with an empty one", byToken, { authorization: "" }, PRIVATE, "private"],
    [
      "by what is in no key",
      { private: true, key: { headers: ["x-other"] } },
      { "x-other": "a" },
      PRIVATE,
      "private",
    ],
    ["to a request with cookies", byToken, { ...token, cookie: "a=1" }, PRIVATE, "request-cookie"],
    [
      "keyed by those",
      { ...byToken, key: { headers: ["authorization"], cookies: ["a"] } },
      { ...token, cookie: "a=1" },
      PRIVATE,
      undefined,
    ],
    ["with cookies of its own", byToken, token, { ...PRIVATE, "Set-Cookie": "a=1" }, "set-cookie"],
    ["that must not be stored", byToken, token, GRAPH, "no-store"],
    ["that must not be stored, set aside", override, token, GRAPH, undefined],
    ["set aside, to nobody in particular", override, {}, GRAPH, "private"],
    [
      "of the consumer, beside a token",
      { private: true, key: { headers: ["x-consumer"] } },
      { ...token, "x-consumer": "acme" },
      PRIVATE,
      undefined,
    ],
  ];
  test.each(rows)("%s", (_what, options, fields, answer, refusal) => {
    expect(storing({ fields, answer: lower(answer) }, options)).toBe(refusal ?? "stored");
  });

  test.each([
    ["access_token=a", true],
    ["x=1&access%5Ftoken=a", true],
    ["access_token=", false],
    ["x=1", false],
    ["", false],
  ])("is keyed by a parameter that is there: %j", (query, is) => {
    const { key } = settings({ private: true, key: { query: { credential: "access_token" } } });
    expect(isKeyedByUser(request({ target: { query } }), { key })).toBe(is);
  });
});

test("what is set aside does not count, for staleness neither, and is known of what is stored", () => {
  const kept = record({ fields: token, answer: lower(GRAPH) }, { ...override, staleIfLimited: "1h" });
  expect(kept).toMatchObject({
    lifetimeMs: 60_000,
    mustValidate: false,
    isStaleForbidden: false,
    staleIfLimitedMs: 3_600_000,
  });
  expect(isOverridden(kept.fields, ["no-store"])).toBe(true);
  expect(isOverridden(kept.fields, [])).toBe(false);
  expect(isOverridden([["cache-control", "private"]], ["no-store"])).toBe(false);
});

test.each([
  [{ private: true }, {}, ["routes.0.cache.private"]],
  [{ private: true, key: { headers: ["accept"] } }, {}, ["routes.0.cache.private"]],
  [{ private: true, key: { headers: ["x-consumer"] } }, {}, ["routes.0.cache.private"]],
  [{ private: true, key: { headers: ["x-consumer"] } }, { auth: "optional" }, ["routes.0.cache.private"]],
  [{ private: true, key: { headers: ["x-consumer"] } }, { auth: "required" }, []],
  [{ private: true, key: { headers: ["Authorization"] } }, {}, []],
  [{ private: true, key: { query: { credential: "t" } } }, {}, []],
  [
    { private: true, key: { query: { credential: "t", exclude: ["t"] } } },
    {},
    ["routes.0.cache.key.query.credential"],
  ],
  [
    { private: true, key: { query: { credential: "t", include: ["q"] } } },
    {},
    ["routes.0.cache.key.query.credential"],
  ],
  [{ private: true, key: { query: { credential: "T", include: ["t"] } } }, {}, []],
  [{ key: { query: { credential: "t" } } }, {}, ["routes.0.cache.key.query.credential"]],
  [{ override: ["private"] }, {}, ["routes.0.cache.override.0"]],
  [{ override: ["no-store"], ttl: "1m" }, {}, []],
])("a cache of %j on a route with %j has problems at %j", (cache, route, paths) => {
  const parsed = parseConfig({ origin: "zone", policies: {}, routes: [{ path: "/*", cache, ...route }] });
  expect(parsed.ok ? [] : parsed.error.map(({ path }) => path)).toEqual(paths);
});
