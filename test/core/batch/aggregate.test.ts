import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  hasKnownParameters,
  isPartPath,
  toAggregateBody,
  toPartPath,
} from "../../../src/core/batch/aggregate.ts";
import { BYTES } from "../../../src/core/http/query.ts";
import { AMBIGUOUS } from "../../../src/core/keys/facts.ts";
import { parseRoutePattern } from "../../../src/core/http/path-pattern.ts";

const parsed = parseRoutePattern("/pages/:id/:Tab", false);
if (!parsed.ok) throw new Error(parsed.error);
const pattern = parsed.value;

function fill(path: string, canonicalPath: string, query: Readonly<Record<string, string>> = {}): string {
  if (!isPartPath(path)) return "invalid";
  if (!hasKnownParameters(path, ["id", "Tab"])) return "unknown";
  return toPartPath({ name: "a", path }, { pattern, canonicalPath, query: (name) => query[name] });
}

describe("toPartPath()", () => {
  it.each([
    ["/users/{id}", "/pages/7/x", {}, "/users/7"],
    ["/users/{id}.json?tab={Tab}&all=1", "/pages/7/a&b=c", {}, "/users/7.json?tab=a%26b%3Dc&all=1"],
    ["/o?user={id}", "/pages/a%20b%2F/x", {}, "/o?user=a%20b%2F"],
    [
      "/o?page={query:page}&q={query:q}",
      "/pages/7/x",
      { page: "2&x=1#y", q: "ü" },
      "/o?page=2%26x%3D1%23y&q=%C3%BC",
    ],
    ["/o?page={query:page}", "/pages/7/x", {}, "/o?page="],
    ["/o?page={query:page}", "/pages/7/x", { page: AMBIGUOUS }, "/o?page="],
    ["/o?page={query:page}", "/pages/7/x", { page: `${BYTES}M%FC%26` }, "/o?page=M%FC%26"],
    ["/a", "/pages/7/x", {}, "/a"],
    ["/{id}{Tab}", "/pages/;a/b=c", {}, "/%3Bab%3Dc"],
  ])("of %s for %s %j is %s", (template, path, query, asked) => {
    expect(fill(template, path, query)).toBe(asked);
  });

  it("lets no value leave its segment or its parameter", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (value) => {
        const asked = fill("/o/x?a={query:v}&b=1", "/pages/7/x", { v: value });
        const url = new URL(`http://a.example${asked}`);
        expect(url.pathname).toBe("/o/x");
        expect([...url.searchParams]).toEqual([
          ["a", value],
          ["b", "1"],
        ]);
        expect(url.hash).toBe("");
      }),
    );
    const character = fc.constantFrom(...Array.from("abc!$&'()*+,-.:;=@_~"), "%2F", "%3F", "%25", "%FF");
    const segment = fc
      .string({ unit: character, minLength: 1 })
      .filter((text) => !/^\.{1,2}(?:;|$)/.test(text));
    fc.assert(
      fc.property(segment, (value) => {
        const url = new URL(`http://a.example${fill("/o/{id}/y?a={id}&b=1", `/pages/${value}/x`)}`);
        expect(url.pathname.split("/")).toHaveLength(4);
        expect(url.pathname.endsWith("/y")).toBe(true);
        expect([...url.searchParams.keys()]).toEqual(["a", "b"]);
      }),
    );
  });
});

describe("isPartPath(), hasKnownParameters()", () => {
  it.each([
    "",
    "users",
    "//users",
    "/a/../b",
    "/a/./b",
    "/a#b",
    "/a b",
    "/a\\b",
    "/a?b\\c",
    "/a/{id",
    "/a/}",
    "/a/{{id}}",
    `/${"a".repeat(1_024)}`,
  ])("refuses %s", (template) => {
    expect(fill(template, "/pages/7/x")).toMatch(/^(?:invalid|unknown)$/);
  });

  it.each(["/a/{nobody}", "/a/{query:page}", "/a?x={query:}", "/a/{}", "/a?{ID}"])(
    "knows no parameter for %s",
    (template) => {
      expect(fill(template, "/pages/7/x")).toBe("unknown");
    },
  );
});

describe("toAggregateBody()", () => {
  const answers = [
    { name: "user", json: '{"id":12345678901234567890}', problem: "" },
    { name: "orders", json: undefined, problem: '{"status":404}' },
  ];

  it.each([
    ["null", '{"user":{"id":12345678901234567890},"orders":null}'],
    ["problem", '{"user":{"id":12345678901234567890},"orders":{"status":404}}'],
  ] as const)("puts %s in place of a part that failed", (rule, body) => {
    expect(toAggregateBody(answers, rule)).toBe(body);
  });
});
