import { describe, expect, it } from "vitest";
import { planRequest } from "../../../src/core/cache/request-plan.ts";
import { lookupPlan, type RequestOptions, request, settings } from "./samples.ts";

describe("planRequest()", () => {
  it.each<[string, RequestOptions, unknown, string]>([
    ["POST", { method: "POST" }, {}, "method"],
    ["OPTIONS", { method: "OPTIONS" }, {}, "method"],
    ["an unknown method", { method: "FOO" }, {}, "method"],
    ["get, for methods have a case", { method: "get" }, {}, "method"],
    ["GET with a body", { hasBody: true }, {}, "bypass"],
    ["If-Match", { fields: { "if-match": '"a"' } }, {}, "request"],
    ["If-Unmodified-Since", { fields: { "if-unmodified-since": "x" } }, {}, "request"],
    [
      "a header of the route's",
      { fields: { "x-debug": "" } },
      { bypass: { headers: ["X-Debug"] } },
      "bypass",
    ],
    [
      "a cookie of the route's",
      { fields: { cookie: "session=1" } },
      { bypass: { cookies: ["session"] } },
      "bypass",
    ],
    [
      "a parameter of the route's",
      { target: { query: "preview" } },
      { bypass: { query: ["preview"] } },
      "bypass",
    ],
    [
      "a header of the key that cannot be read",
      { fields: { "x-user": "M\ufffdller" } },
      { key: { headers: ["X-User"] } },
      "bypass",
    ],
    [
      "a cookie of the key that cannot be read",
      { fields: { cookie: "other=1; sid=\ufffd" } },
      { key: { cookies: ["sid"] } },
      "bypass",
    ],
  ])("passes %s", (_name, options, route, reason) => {
    expect(planRequest(request(options), settings(route))).toEqual({ kind: "pass", reason });
  });

  it.each<[string, RequestOptions, Readonly<Record<string, boolean>>]>([
    ["GET", {}, { isHead: false, isConditional: false, isRange: false, mayStore: true }],
    ["HEAD", { method: "HEAD" }, { isHead: true, mayStore: false }],
    ["If-None-Match", { fields: { "if-none-match": "*" } }, { isConditional: true, mayStore: true }],
    ["If-Modified-Since", { fields: { "if-modified-since": "x" } }, { isConditional: true }],
    ["Range", { fields: { range: "bytes=0-1" } }, { isRange: true, mayStore: false }],
    [
      "Range on HEAD",
      { method: "HEAD", fields: { range: "bytes=0-1" } },
      { isRange: false, mayStore: false },
    ],
    ["what cannot be read and keys nothing", { fields: { "x-user": "\ufffd" } }, { mayStore: true }],
    ["a cookie of another name", { fields: { cookie: "sessions=1" } }, { mayStore: true }],
  ])("looks up %s", (_name, options, expected) => {
    expect(lookupPlan(options, { bypass: { cookies: ["session"] } })).toMatchObject(expected);
  });

  it("makes no object for a plain request", () => {
    expect(lookupPlan()).toBe(lookupPlan({ fields: { accept: "*/*", "cache-control": "no-cache" } }));
  });

  it("hears request directives only where the route does", () => {
    const options = { fields: { "cache-control": "no-store, max-age=0" } };
    expect(lookupPlan(options).directives.noStore).toBe(false);
    expect(lookupPlan(options, { requestDirectives: "honour" })).toMatchObject({
      mayStore: false,
      directives: { noStore: true, maxAgeMs: 0 },
    });
  });

  it("does not hear Pragma (section 5.4)", () => {
    const plan = lookupPlan({ fields: { pragma: "no-cache" } }, { requestDirectives: "honour" });
    expect(plan.directives.noCache).toBe(false);
  });
});
