import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { facebookGraph } from "../../../../src/core/feedback/profiles/facebook-graph.ts";
import { type Fields, read } from "./readings.ts";
import { toRuns } from "../../../property-runs.ts";

/** The shapes of Meta's documentation and of its clients' fixtures. */
const said: readonly (readonly [what: string, fields: Fields, reading: object])[] = [
  [
    "X-App-Usage, the worst of three",
    { "x-app-usage": '{"call_count":28,"total_time":25,"total_cputime":93}' },
    { scope: "app", usagePercent: 93 },
  ],
  [
    "X-Page-Usage",
    { "x-page-usage": '{"call_count":8,"total_time":5,"total_cputime":5}' },
    { scope: "page", usagePercent: 8 },
  ],
  [
    "X-User-Usage",
    { "x-user-usage": '{"call_count":8,"total_time":91,"total_cputime":5}' },
    { scope: "user", usagePercent: 91 },
  ],
  [
    "X-Ad-Account-Usage",
    {
      "x-ad-account-usage":
        '{"acc_id_util_pct":9.67,"reset_time_duration":100,"ads_api_access_tier":"standard_access"}',
    },
    { scope: "ad-account", usagePercent: 9.67 },
  ],
  [
    "X-Ad-Account-Usage that is used up, in seconds",
    { "x-ad-account-usage": '{"acc_id_util_pct":100,"reset_time_duration":100}' },
    { scope: "ad-account", usagePercent: 100, stopMs: 100_000 },
  ],
];

test.each(said)("facebook-graph reads %s", (_, fields, reading) => {
  expect(read(facebookGraph, 200, fields)).toEqual([reading]);
});

test("facebook-graph reads X-Business-Use-Case-Usage: the worst for the call itself, in minutes, and each business by its id", () => {
  const fields = {
    "x-business-use-case-usage":
      '{"66782684":[{"type":"ads_management","call_count":95,"total_cputime":20,"total_time":20,"estimated_time_to_regain_access":0},{"type":"pages","call_count":1,"total_cputime":1,"total_time":1}],"10153848260347724":[{"type":"ads_insights","call_count":100,"total_cputime":23,"total_time":23,"estimated_time_to_regain_access":19,"ads_api_access_tier":"standard_access"}]}',
  };
  expect(read(facebookGraph, 200, fields)).toEqual([
    { scope: "business", usagePercent: 100, stopMs: 19 * 60_000 },
    { scope: "business", subject: "66782684", usagePercent: 95 },
    { scope: "business", subject: "10153848260347724", usagePercent: 100, stopMs: 19 * 60_000 },
  ]);
});

test("facebook-graph reads both of X-FB-Ads-Insights-Throttle", () => {
  const fields = {
    "x-fb-ads-insights-throttle":
      '{"app_id_util_pct":12.5,"acc_id_util_pct":40,"ads_api_access_tier":"development_access"}',
  };
  expect(read(facebookGraph, 200, fields)).toEqual([
    { scope: "insights-app", usagePercent: 12.5 },
    { scope: "insights-account", usagePercent: 40 },
  ]);
});

describe("facebook-graph's errors", () => {
  test.each([
    [4, undefined, "app"],
    [4, 1_504_022, "insights-app"],
    [4, 1_504_039, "insights-app"],
    [17, undefined, "user"],
    [17, 2_446_079, "ad-account"],
    [32, undefined, "page"],
    [341, undefined, "app"],
    [368, undefined, "user"],
    [613, undefined, "ad-account"],
    [613, 1_487_742, "ad-account"],
    [80_000, 2_446_079, "ad-account"],
    ...[80_000, 80_001, 80_002, 80_003, 80_004, 80_005, 80_006, 80_008, 80_009, 80_014].map(
      (code) => [code, undefined, "business"] as const,
    ),
  ] as const)("%i with the subcode %s are throttles of the %s", (code, subcode, scope) => {
    const error = { message: `(#${code})`, type: "OAuthException", code, error_subcode: subcode };
    expect(read(facebookGraph, 400, {}, { error })).toEqual([{ scope, isRefused: true }]);
    expect(read(facebookGraph, 403, {}, { error })).toEqual([{ scope, isRefused: true }]);
    expect(read(facebookGraph, 429, { "retry-after": "7" }, { error })).toEqual([
      { scope, stopMs: 7_000, isRefused: true },
    ]);
  });

  test.each([
    [100, undefined],
    [190, 463],
    // A subcode alone says nothing: it belongs to a code.
    [100, 2_446_079],
    [17, 1_885_172],
    [613, 1_487_632],
    ["4", undefined],
    [undefined, undefined],
  ])("%s with the subcode %s are none", (code, subcode) => {
    expect(read(facebookGraph, 400, {}, { error: { code, error_subcode: subcode } })).toEqual([]);
  });

  test("take the time to regain access from the same answer", () => {
    const fields = {
      "x-business-use-case-usage": '{"1":[{"call_count":3,"estimated_time_to_regain_access":2}]}',
    };
    expect(read(facebookGraph, 400, fields, { error: { code: 4 } })).toEqual([
      { scope: "business", usagePercent: 3, stopMs: 120_000 },
      { scope: "business", subject: "1", usagePercent: 3, stopMs: 120_000 },
      { scope: "app", stopMs: 120_000, isRefused: true },
    ]);
  });

  test.each([undefined, null, "no", [], { error: null }, { error: "no" }, 4])("%j is none", (body) => {
    expect(read(facebookGraph, 400, {}, body)).toEqual([]);
  });
});

describe("facebook-graph's batches", () => {
  const served = {
    code: 200,
    headers: [{ name: "Content-Type", value: "text/javascript" }],
    body: '{"id":"1"}',
  };
  const refused = {
    code: 400,
    headers: [{ name: "X-App-Usage", value: '{"call_count":100,"total_time":1,"total_cputime":1}' }],
    body: '{"error":{"code":4,"message":"(#4)"}}',
  };
  const usage = { scope: "app", usagePercent: 100 };

  test("are read by member: one that is refused is a part", () => {
    expect(read(facebookGraph, 200, {}, [served, refused, null])).toEqual([
      usage,
      { scope: "app", isRefused: true, isPart: true },
    ]);
  });

  test("that are refused whole did nothing", () => {
    const whole = [usage, { scope: "app", isRefused: true }];
    expect(read(facebookGraph, 200, {}, [refused, refused])).toEqual([...whole, ...whole]);
  });

  test("are what is posted to the root, of any version", () => {
    const isRead = (method: string, path: string): boolean | undefined =>
      facebookGraph.readsServed?.({ method, path });
    expect([isRead("POST", "/"), isRead("POST", "/v25.0"), isRead("POST", "/v25.0/")]).toEqual([
      true,
      true,
      true,
    ]);
    expect([isRead("GET", "/"), isRead("POST", "/v25.0/me"), isRead("POST", "/me")]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

test.each([
  [500, { error: { code: 1 } }, true],
  [400, { error: { code: 2 } }, true],
  [200, { error: { code: 2 } }, false],
  [400, { error: { code: 100 } }, false],
  [500, undefined, false],
])("facebook-graph takes %i with %j for transient: %s", (status, body, isTransient) => {
  expect(facebookGraph.isTransient?.({ status, field: () => undefined, body, nowMs: 0 })).toBe(isTransient);
});

test("facebook-graph takes a 429 without any code for the app's", () => {
  expect(read(facebookGraph, 429, { "retry-after": "3" }, undefined)).toEqual([
    { scope: "app", stopMs: 3_000, isRefused: true },
  ]);
});

test.each([
  ["app", "/v25.0/act_1/insights", ""],
  ["user", "/v25.0/act_1/insights", "t"],
  ["ad-account", "/v25.0/act_1/insights", "1"],
  ["business", "/act_1/insights", "1"],
  ["page", "/v25.0/bakery/posts", "bakery"],
  ["page", "/v25.0/me", "t"],
  ["page", "/", "t"],
])("facebook-graph counts %s of %s by %j", (scope, path, subject) => {
  expect(facebookGraph.toSubject?.(scope, { method: "GET", path, token: "t" })).toBe(subject);
});

test("facebook-graph reads anything without a throw, and no number that is none", () => {
  const fields = fc.dictionary(
    fc.constantFrom(
      "x-app-usage",
      "x-business-use-case-usage",
      "x-ad-account-usage",
      "x-fb-ads-insights-throttle",
    ),
    fc.oneof(
      fc.json(),
      fc.string(),
      fc.constantFrom(
        '{"call_count":1e999}',
        '{"call_count":-1}',
        '{"a":[{"call_count":"9"}]}',
        "[".repeat(9_000),
      ),
    ),
  );
  fc.assert(
    fc.property(fields, fc.jsonValue(), (given, body) => {
      for (const { usagePercent = 0, stopMs = 0 } of read(facebookGraph, 400, given, body))
        expect(Number(usagePercent) >= 0 && Number(stopMs) < Infinity).toBe(true);
    }),
    { numRuns: toRuns(500) },
  );
});
