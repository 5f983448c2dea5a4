import { describe, expect, test } from "vitest";
import { HOP_BY_HOP } from "../../../src/core/http/forwarded-fields.ts";
import { foldName } from "../../../src/core/http/field-name.ts";
import { toFieldChanges } from "../../../src/core/shape/field-changes.ts";
import { toConfig, toInput, toProblems } from "../config/config-input.ts";

type Side = "request" | "response";

function problemsOf(side: Side, changes: unknown): readonly string[] {
  const route = { path: "/", [side]: changes };
  return toProblems(toInput({ policies: {}, routes: [route] })).map((problem) =>
    problem.replace(`routes.0.${side}.`, ""),
  );
}

describe("header fields that a route sets and removes", () => {
  test("are set in lower case, with nothing left of what was there", () => {
    const given = { setHeaders: { "X-One": "1", X_Two: "" }, removeHeaders: ["X-Three"] };
    expect(toFieldChanges(given, foldName)).toEqual({
      set: [
        ["x-one", "1"],
        ["x_two", ""],
      ],
      removed: ["x-three", "x-one", "x-two"],
    });
    expect(toFieldChanges({ setHeaders: {}, removeHeaders: [] }, foldName)).toBeUndefined();
    const [route] = toConfig(
      toInput({ policies: {}, routes: [{ path: "/", response: { removeHeaders: ["Server"] } }] }),
    ).routes;
    expect([route?.requestFields, route?.answerFields]).toEqual([
      undefined,
      { set: [], removed: ["server"] },
    ]);
    // Messages whose bodies stay as they are need no shaping.
    expect(route?.shape).toBeUndefined();
  });

  test.each<[Side, readonly string[]]>([
    [
      "request",
      [...HOP_BY_HOP, "Host", "Content-Length", "Expect", "Via", "CF-Ray", "cf_connecting_ip", "X-Consumer"],
    ],
    [
      "request",
      ["X-Forwarded-For", "X-Real-IP", "X-Gateway-Request-Id", "If-Match", "Range", "Content-Type", "X_Tier"],
    ],
    [
      "response",
      [...HOP_BY_HOP, "Content-Length", "Content-Encoding", "Content-Range", "Via", "Cache-Status"],
    ],
    [
      "response",
      ["RateLimit", "X-RateLimit-Limit", "Retry-After", "Access-Control-Allow-Origin", "Deprecation"],
    ],
    [
      "response",
      ["X-Gateway-Request-Id", "ETag", "Vary", "Age", "Location", "Proxy-Status", "Server-Timing"],
    ],
  ])("of a %s are never those of others: %j", (side, names) => {
    for (const name of names) {
      expect(problemsOf(side, { setHeaders: { [name]: "x" } })).toEqual([
        expect.stringContaining(`setHeaders.${name}: must not name ${name}: `),
      ]);
      expect(problemsOf(side, { removeHeaders: [name] })).toEqual([
        expect.stringContaining(`removeHeaders.0: must not name ${name}: `),
      ]);
    }
  });

  test("may take away what they must not set", () => {
    for (const [side, name] of [
      ["request", "Authorization"],
      ["request", "Cookie"],
      ["response", "Set-Cookie"],
    ] as const) {
      expect(problemsOf(side, { setHeaders: { [name]: "x" } })).toHaveLength(1);
      expect(problemsOf(side, { removeHeaders: [name] })).toEqual([]);
    }
    expect(
      problemsOf("response", { setHeaders: { "Content-Security-Policy": "default-src 'none'" } }),
    ).toEqual([]);
  });

  test("are refused twice, both ways at once, too many, or with a line's end", () => {
    expect(problemsOf("request", { setHeaders: { "x-a": "1", X_A: "2" } })).toHaveLength(1);
    expect(problemsOf("response", { setHeaders: { "x-a": "1" }, removeHeaders: ["X-A"] })).toEqual([
      "removeHeaders.0: must not name X-A: setHeaders sets it [invalid]",
    ]);
    const many = Array.from({ length: 33 }, (_, at) => `x-${at}`);
    const set = (names: readonly string[]): object => Object.fromEntries(names.map((name) => [name, "1"]));
    expect(problemsOf("request", { setHeaders: set(many) })).toHaveLength(1);
    expect(problemsOf("request", { setHeaders: set(many.slice(1)) })).toEqual([]);
    expect(problemsOf("request", { removeHeaders: many })).toHaveLength(1);
    for (const wrong of [{ "x-a": "a\r\nx-b: c" }, { "x-a": 5 }, { "x a": "1" }, { "": "1" }, ["x-a"]])
      expect([wrong, problemsOf("request", { setHeaders: wrong }).length]).toEqual([wrong, 1]);
  });
});
