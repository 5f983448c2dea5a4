import { describe, expect, it } from "vitest";
import { toInvalidations } from "../../../src/core/cache/invalidation.ts";
import { toUrl } from "../../../src/core/cache/target.ts";
import { type FieldObject, readerOf, request } from "./samples.ts";

function invalidated(method: string, status: number, answer: FieldObject = {}): readonly string[] {
  const asked = request({ method, target: { query: "a=1" } });
  return toInvalidations(asked, { status, fields: readerOf(answer) }).map(toUrl);
}

it("toInvalidations() follows a path as it is written where slashes are not merged", () => {
  const answer = { status: 201, fields: readerOf({ location: "/a//b" }) };
  const [, merged] = toInvalidations(request({ method: "POST" }), answer).map(toUrl);
  const [, named] = toInvalidations(request({ method: "POST" }), answer, { mergeSlashes: false }).map(toUrl);
  expect([merged, named]).toEqual(["https://api.example/a/b", "https://api.example/a//b"]);
});

const TARGET = "https://api.example/things?a=1";

describe("toInvalidations() (RFC 9111 section 4.4)", () => {
  it.each([
    ["POST", 200, true],
    ["PUT", 204, true],
    ["DELETE", 202, true],
    ["PATCH", 303, true],
    ["M-SEARCH", 200, true],
    ["UNKNOWN", 200, true],
    ["post", 200, true],
    ["POST", 199, false],
    ["POST", 400, false],
    ["POST", 404, false],
    ["POST", 500, false],
    ["GET", 200, false],
    ["HEAD", 200, false],
    ["OPTIONS", 200, false],
    ["TRACE", 200, false],
    ["PROPFIND", 207, false],
  ])("%s answered %i invalidates the target: %s", (method, status, isInvalidated) => {
    expect(invalidated(method, status)).toEqual(isInvalidated ? [TARGET] : []);
  });

  it.each<[string, FieldObject, readonly string[]]>([
    ["Location", { location: "/things/7" }, ["https://api.example/things/7"]],
    [
      "Content-Location",
      { "content-location": "https://api.example/things/8?x=1" },
      ["https://api.example/things/8?x=1"],
    ],
    [
      "both",
      { location: "/a", "content-location": "/b" },
      ["https://api.example/a", "https://api.example/b"],
    ],
    ["another query of the target", { location: "/things?b=2" }, ["https://api.example/things?b=2"]],
    ["a relative path", { location: "a" }, ["https://api.example/a"]],
    ["another origin's not", { location: "https://evil.example/a" }, []],
    ["another scheme's not", { location: "http://api.example/a" }, []],
    ["another port's not", { "content-location": "https://api.example:8443/a" }, []],
    ["a network path not", { location: "//evil.example/a" }, []],
  ])("and what is named on the same origin: %s", (_name, answer, others) => {
    expect(invalidated("POST", 201, answer)).toEqual([TARGET, ...others]);
  });
});
