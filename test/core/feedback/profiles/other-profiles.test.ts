// Slack, Stripe, Shopify, HubSpot and Atlassian: what their answers say, in the shapes of their documentation.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { atlassian } from "../../../../src/core/feedback/profiles/atlassian.ts";
import { hubspot } from "../../../../src/core/feedback/profiles/hubspot.ts";
import { profiles } from "../../../../src/core/feedback/profiles/registry.ts";
import { shopify } from "../../../../src/core/feedback/profiles/shopify.ts";
import { slack } from "../../../../src/core/feedback/profiles/slack.ts";
import { stripe } from "../../../../src/core/feedback/profiles/stripe.ts";
import type { OriginCall, Profile } from "../../../../src/core/feedback/reading.ts";
import { toRuns } from "../../../property-runs.ts";
import { type Fields, NOW_MS, read } from "./readings.ts";

const subjectOf = (profile: Profile, scope: string, call: Partial<OriginCall>): string | undefined =>
  profile.toSubject?.(scope, { method: "GET", path: "/", token: "t", ...call });

describe("slack", () => {
  test("refuses a method with 429 and whole seconds, and says nothing before", () => {
    expect(read(slack, 429, { "retry-after": "30" })).toEqual([
      { scope: "method", stopMs: 30_000, isRefused: true },
    ]);
    expect(read(slack, 200, {}, { ok: false, error: "channel_not_found" })).toEqual([]);
  });

  test("counts each method for each token", () => {
    expect(subjectOf(slack, "method", { path: "/api/chat.postMessage" })).toBe("chat.postMessage t");
  });
});

describe("stripe", () => {
  const error = (code: string): object => ({ error: { code, type: "invalid_request_error" } });

  test("refuses without Retry-After: one call tries half a second later", () => {
    expect(read(stripe, 429, {}, error("rate_limit"))).toEqual([
      { scope: "account", probeAfterMs: 500, isRefused: true },
    ]);
    expect(read(stripe, 429, { "stripe-rate-limited-reason": "endpoint-rate" }, error("rate_limit"))).toEqual(
      [{ scope: "endpoint", probeAfterMs: 500, isRefused: true }],
    );
  });

  test("takes two calls that want one object for no limit", () => {
    const answer = { status: 429, field: () => undefined, body: error("lock_timeout"), nowMs: NOW_MS };
    expect(stripe.readings(answer)).toEqual([]);
    expect([stripe.isTransient?.(answer), stripe.isTransient?.({ ...answer, body: {} })]).toEqual([
      true,
      false,
    ]);
  });

  test("counts an endpoint whatever its object", () => {
    const [one, other] = ["/v1/customers/cus_9s6XKzkNRiz8i3", "/v1/customers/cus_8"].map((path) =>
      subjectOf(stripe, "endpoint", { path }),
    );
    expect([one, other]).toEqual(["GET /v1/customers/* t", "GET /v1/customers/* t"]);
    expect(subjectOf(stripe, "account", { path: "/v1/charges" })).toBe("t");
  });
});

describe("shopify", () => {
  test("tells REST's bucket in each answer", () => {
    const fields = { "x-shopify-shop-api-call-limit": "32/40" };
    expect(read(shopify, 200, fields)).toEqual([{ scope: "rest", usagePercent: 80, limit: 40 }]);
    expect(read(shopify, 429, { "x-shopify-shop-api-call-limit": "40/40", "retry-after": "2.0" })).toEqual([
      { scope: "rest", usagePercent: 100, limit: 40 },
      { scope: "rest", stopMs: 2_000, isRefused: true },
    ]);
  });

  const cost = (currentlyAvailable: number): object => ({
    cost: {
      requestedQueryCost: 100,
      actualQueryCost: null,
      throttleStatus: { maximumAvailable: 2_000, currentlyAvailable, restoreRate: 100 },
    },
  });

  test("tells GraphQL's points in the body, and how many calls like this one they are", () => {
    expect(read(shopify, 200, {}, { data: {}, extensions: cost(500) })).toEqual([
      { scope: "graphql", usagePercent: 75, limit: 20 },
    ]);
  });

  test("refuses in a 200, until there are points enough", () => {
    const errors = [{ message: "Throttled", extensions: { code: "THROTTLED" } }];
    expect(read(shopify, 200, {}, { errors, extensions: cost(40) })).toEqual([
      { scope: "graphql", usagePercent: 98, stopMs: 600, isRefused: true },
    ]);
    expect(read(shopify, 200, {}, { errors: [{ message: "no" }], data: null })).toEqual([]);
  });

  test("has a bucket for each of the two", () => {
    const path = "/admin/api/2026-10/graphql.json";
    expect([subjectOf(shopify, "graphql", { path }), subjectOf(shopify, "rest", { path })]).toEqual([
      "t",
      undefined,
    ]);
    expect([
      shopify.readsServed?.({ method: "POST", path }),
      shopify.readsServed?.({ method: "GET", path: "/x" }),
    ]).toEqual([true, false]);
  });
});

describe("hubspot", () => {
  test("tells both quotas in each answer", () => {
    const fields = {
      "x-hubspot-ratelimit-daily": "250000",
      "x-hubspot-ratelimit-daily-remaining": "125000",
      "x-hubspot-ratelimit-interval-milliseconds": "10000",
      "x-hubspot-ratelimit-max": "100",
      "x-hubspot-ratelimit-remaining": "10",
    };
    expect(read(hubspot, 200, fields)).toEqual([
      { scope: "burst", limit: 100, usagePercent: 90 },
      { scope: "daily", limit: 250_000, usagePercent: 50 },
    ]);
  });

  test.each([
    ["TEN_SECONDLY_ROLLING", "burst", 1_000],
    ["SECONDLY", "search", 1_000],
    ["DAILY", "daily", 60_000],
  ])("refuses by %s for %s", (policyName, scope, probeAfterMs) => {
    const body = { status: "error", errorType: "RATE_LIMIT", policyName };
    expect(read(hubspot, 429, {}, body)).toEqual([{ scope, probeAfterMs, isRefused: true }]);
  });

  test("counts searches apart", () => {
    const path = "/crm/v3/objects/contacts/search";
    expect([subjectOf(hubspot, "search", { path }), subjectOf(hubspot, "search", { path: "/crm" })]).toEqual([
      "t",
      undefined,
    ]);
  });
});

describe("atlassian", () => {
  const reset = new Date(NOW_MS + 120_000).toISOString();

  test("tells what is left until a reset, with and without seconds", () => {
    const fields = (at: string): Fields => ({
      "x-ratelimit-limit": "100",
      "x-ratelimit-remaining": "7",
      "x-ratelimit-reset": at,
    });
    const left = { scope: "quota", remaining: 7, limit: 100 };
    expect(read(atlassian, 200, fields(reset))).toEqual([{ ...left, resetMs: 120_000 }]);
    const minutes = `${reset.slice(0, 16)}Z`;
    expect(read(atlassian, 200, fields(minutes))).toEqual([
      { ...left, resetMs: Date.parse(minutes) - NOW_MS },
    ]);
  });

  test("tells no more than that it is near", () => {
    expect(read(atlassian, 200, { "x-ratelimit-nearlimit": "true" })).toEqual([
      { scope: "quota", usagePercent: 80 },
    ]);
    expect(read(atlassian, 200, { "x-ratelimit-nearlimit": "false" })).toEqual([]);
  });

  test.each([
    [429, "jira-burst-based", "burst"],
    [429, "jira-per-issue-on-write", "issue"],
    [429, "jira-quota-global-based", "quota"],
    [503, "jira-quota-tenant-based", "quota"],
  ])("refuses with %i for %s: the %s", (status, reason, scope) => {
    expect(read(atlassian, status, { "ratelimit-reason": reason, "retry-after": "5" })).toEqual([
      { scope, stopMs: 5_000, isRefused: true },
    ]);
  });

  test("counts writes of an issue, and each endpoint whatever its issue", () => {
    const path = "/rest/api/3/issue/PROJ-7/comment";
    expect([
      subjectOf(atlassian, "issue", { path }),
      subjectOf(atlassian, "issue", { path, method: "POST" }),
    ]).toEqual([undefined, "PROJ-7"]);
    expect(subjectOf(atlassian, "burst", { path })).toBe("GET /rest/api/3/issue/*/comment t");
  });
});

test("every profile reads anything without a throw, and no number that is none", () => {
  const all: readonly Profile[] = Object.values(profiles);
  const names = [
    "retry-after",
    "x-ratelimit-reset",
    "x-ratelimit-remaining",
    "x-shopify-shop-api-call-limit",
    "x-hubspot-ratelimit-max",
    "x-hubspot-ratelimit-remaining",
  ];
  const text = fc.oneof(fc.string(), fc.constantFrom("9/0", "0/9", "99999999999", "2026-99-99T99:99Z", "-1"));
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record({
      errors: fc.jsonValue(),
      extensions: fc.record({
        cost: fc.record({ requestedQueryCost: fc.jsonValue(), throttleStatus: fc.jsonValue() }),
      }),
    }),
    fc.array(fc.record({ code: fc.jsonValue(), headers: fc.jsonValue(), body: fc.string() })),
  );
  fc.assert(
    fc.property(
      fc.constantFrom(...all),
      fc.constantFrom(200, 400, 403, 429, 503),
      fc.dictionary(fc.constantFrom(...names), text),
      body,
      fc.string(),
      (profile, status, fields, given, path) => {
        for (const reading of read(profile, status, fields, given)) {
          expect(profile.scopes).toContain(reading["scope"]);
          for (const value of Object.values(reading))
            if (typeof value === "number") expect(value >= 0 && value < Infinity).toBe(true);
        }
        for (const scope of profile.scopes)
          profile.toSubject?.(scope, { method: "GET", path: `/${path}`, token: "" });
      },
    ),
    { numRuns: toRuns(1_000) },
  );
});
