import { describe, expect, test } from "vitest";
import { github } from "../../../../src/core/feedback/profiles/github.ts";
import { NOW_MS, read } from "./readings.ts";

const RESET = String(NOW_MS / 1_000 + 60);
const toFields = (remaining: number, resource: string): Record<string, string> => ({
  "x-ratelimit-limit": "5000",
  "x-ratelimit-remaining": String(remaining),
  "x-ratelimit-used": String(5_000 - remaining),
  "x-ratelimit-reset": RESET,
  "x-ratelimit-resource": resource,
});
const primary = (remaining: number, scope: string, isRefused: boolean): object => ({
  scope,
  limit: 5_000,
  remaining,
  resetMs: 60_000,
  isRefused,
});

describe("github's primary limit", () => {
  test("is read by resource", () => {
    expect(read(github, 200, toFields(4_999, "core"))).toEqual([primary(4_999, "core", false)]);
    expect(read(github, 200, toFields(3, "search"))).toEqual([primary(3, "search", false)]);
  });

  test("of a resource that has no scope is not read", () => {
    expect(read(github, 200, toFields(0, "integration_manifest"))).toEqual([]);
  });

  test.each([403, 429])("refuses with %i when nothing remains", (status) => {
    expect(read(github, status, toFields(0, "core"))).toEqual([primary(0, "core", true)]);
  });
});

test.each([
  ["core", "/repos/a/search", "t"],
  ["core", "/search/code", undefined],
  ["code_search", "/search/code", "t"],
  ["search", "/api/v3/search/issues", "t"],
  ["search", "/user", undefined],
  ["graphql", "/graphql", "t"],
  ["secondary", "/user", "t"],
])("github counts %s of %s by %j", (scope, path, subject) => {
  expect(github.toSubject?.(scope, { method: "GET", path, token: "t" })).toBe(subject);
});

describe("github's secondary limits", () => {
  const refused = (reading: object): object => ({
    scope: "secondary",
    probeAfterMs: 60_000,
    isRefused: true,
    ...reading,
  });

  test.each([403, 429])("refuse with %i and Retry-After", (status) => {
    expect(read(github, status, { "retry-after": "30" })).toEqual([refused({ stopMs: 30_000 })]);
    expect(read(github, status, { "retry-after": "30", ...toFields(4_000, "core") })).toEqual([
      primary(4_000, "core", false),
      refused({ stopMs: 30_000 }),
    ]);
  });

  test("refuse with a message that names them", () => {
    const body = { message: "You have exceeded a secondary rate limit. Please wait a few minutes." };
    expect(read(github, 403, {}, body)).toEqual([refused({})]);
  });

  test("are not what another 403 is", () => {
    expect(read(github, 403, {}, { message: "Resource not accessible by integration" })).toEqual([]);
    expect(read(github, 403, {}, undefined)).toEqual([]);
  });
});
