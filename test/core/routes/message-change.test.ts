// What functions of the configuration may return for requests, answers and callers, and where they may stand.

import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { parseAnswerChange, parseRequestChange } from "../../../src/core/routes/message-change.ts";
import { parseCaller } from "../../../src/core/routes/own-authentication.ts";

const RULES = { encodedSlash: "reject" } as const;
const NOTHING = { set: [], removed: [] };

describe("parseRequestChange()", () => {
  test.each([
    [undefined, { fields: NOTHING, path: undefined, search: undefined }],
    [{}, { fields: NOTHING, path: undefined, search: undefined }],
    [
      { path: "/a/../b%41", query: "a=b" },
      { fields: NOTHING, path: "/bA", search: "?a=b" },
    ],
    [{ path: "//evil.example/x" }, { fields: NOTHING, path: "/evil.example/x", search: undefined }],
    [{ query: "" }, { fields: NOTHING, path: undefined, search: "" }],
    [
      { headers: { "X-A": "1", Authorization: "Bearer t", "X-B": null } },
      {
        fields: {
          set: [
            ["x-a", "1"],
            ["authorization", "Bearer t"],
          ],
          removed: ["x-a", "authorization", "x-b"],
        },
        path: undefined,
        search: undefined,
      },
    ],
  ])("reads %j", (returned, change) => {
    expect(parseRequestChange(returned, RULES)).toEqual({ ok: true, value: { kind: "change", change } });
  });

  test("reads an answer in place of the origin's", () => {
    expect(parseRequestChange({ respond: { status: 404, body: { a: 1 } } }, RULES)).toMatchObject({
      ok: true,
      value: { kind: "answer", answer: { status: 404, body: '{"a":1}' } },
    });
  });

  test.each([
    ["text", "must be an object"],
    [{ url: "https://evil.example" }, "unknown key"],
    [{ headers: { Host: "evil.example" } }, "must not name Host"],
    [{ headers: { "CF-Connecting-IP": "192.0.2.1" } }, "must not name CF-Connecting-IP"],
    [{ headers: { "X-Forwarded-For": "192.0.2.1" } }, "must not name X-Forwarded-For"],
    [{ headers: { "X-A": "a\r\nX-B: b" } }, "headers"],
    [{ headers: { "a b": "1" } }, "headers"],
    [{ headers: { "x-a": "1", "X-A": "2" } }, "each field once"],
    [{ path: "a" }, "path"],
    [{ path: "/a?b" }, "path"],
    [{ path: "/a%2Fb" }, "path"],
    [{ path: "/a%zz" }, "path"],
    [{ query: "a b" }, "query"],
    [{ query: "a#b" }, "query"],
    [{ query: "?".repeat(8_193) }, "query"],
    [{ respond: { status: 101 } }, "respond.status"],
    [{ respond: { headers: { "Content-Length": "1" } } }, "respond.headers"],
  ])("refuses %j", (returned, words) => {
    const parsed = parseRequestChange(returned, RULES);
    expect(parsed.ok ? "" : parsed.error).toContain(words);
  });

  test("never repeats a value, which may be a secret", () => {
    const parsed = parseRequestChange({ headers: { "X-A": "s3cret\n" } }, RULES);
    expect(parsed.ok ? "s3cret" : parsed.error).not.toContain("s3cret");
  });
});

describe("parseAnswerChange()", () => {
  const transform = { readable: {}, writable: {} };

  test.each([
    [null, undefined],
    [{ status: 203 }, { fields: NOTHING, status: 203, body: undefined, transform: undefined }],
    [{ transform }, { fields: NOTHING, status: undefined, body: undefined, transform }],
  ])("reads %j", (returned, value) => {
    expect(parseAnswerChange(returned)).toEqual({ ok: true, value });
  });

  test.each([
    [{ body: "a", transform }, "not both"],
    [{ body: 1 }, "body"],
    [{ status: 101 }, "status"],
    [{ headers: { ETag: '"1"' } }, "must not name ETag"],
    [{ headers: { "Set-Cookie": "a=b" } }, "must not name Set-Cookie"],
    [{ headers: { RateLimit: null } }, "must not name RateLimit"],
  ])("refuses %j", (returned, words) => {
    const parsed = parseAnswerChange(returned);
    expect(parsed.ok ? "" : parsed.error).toContain(words);
  });
});

describe("parseCaller()", () => {
  test.each([
    [undefined, { kind: "nobody" }],
    [{ refused: "why" }, { kind: "refused", cause: "why" }],
    [
      { consumer: "acme", tier: "pro", scopes: ["a"] },
      {
        kind: "accepted",
        identity: { consumer: "acme", tier: "pro", scopes: ["a"], apiKey: undefined, token: undefined },
      },
    ],
  ])("reads %j", (returned, value) => {
    expect(parseCaller(returned)).toEqual({ ok: true, value });
  });

  test.each([
    "acme",
    true,
    {},
    { consumer: "" },
    { consumer: "a\nb" },
    { consumer: "a", tier: "no tier" },
    { consumer: "a", refused: "b" },
    { consumer: "a", admin: true },
    { consumer: "a", scopes: "b" },
  ])("refuses %j", (returned) => {
    expect(parseCaller(returned).ok).toBe(false);
  });
});

test.each([
  [{ authenticate: { function: "f" } }, "routes.0.authenticate"],
  [{ auth: "required", authenticate: { function: "g" } }, "routes.0.authenticate.function"],
  [{ auth: "required", authenticate: { function: "f", by: "json:a" } }, "routes.0.authenticate.by"],
  [{ auth: "required", authenticate: { function: "f", by: "consumer" } }, "routes.0.authenticate.by"],
  [
    { auth: "required", forwardCredential: true, authenticate: { function: "f" } },
    "routes.0.forwardCredential",
  ],
  [{ request: { function: "f" }, cache: { ttl: "1m" } }, "routes.0.request.function"],
  [{ request: { function: "g" } }, "routes.0.request.function"],
  [{ response: { function: "g" } }, "routes.0.response.function"],
  [{ request: { function: "f" }, aggregate: { a: "/a" } }, "routes.0.request.function"],
])("a route cannot have %j", (route, path) => {
  const config = { origin: "https://a.example", functions: { f: () => 1 }, policies: {} };
  const parsed = parseConfig({ ...config, routes: [{ path: "/x", ...route }] });
  expect(parsed.ok ? [] : parsed.error.map((problem) => problem.path)).toEqual([path]);
});
