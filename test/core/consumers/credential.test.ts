import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { findCredential, withoutParameter } from "../../../src/core/consumers/credential.ts";
import { AMBIGUOUS } from "../../../src/core/keys/facts.ts";
import { type FactsGiven, toFacts } from "../keys/to-facts.ts";

const KEY = `hg_abcDEF12_${"x".repeat(43)}`;
const bearer = (value: string): FactsGiven => ({ headers: { authorization: value } });

describe("findCredential()", () => {
  test.each<[FactsGiven, string, string?]>([
    [{}, "none"],
    [bearer(`Bearer ${KEY}`), "api-key", KEY],
    [bearer(`bearer   ${KEY} `), "api-key", KEY],
    [{ headers: { "x-api-key": KEY } }, "api-key", KEY],
    [{ query: { key: KEY } }, "api-key", KEY],
    [{ headers: { "x-api-key": KEY.replace("hg_", "acme_live_") } }, "api-key"],
    [{ headers: { "x-api-key": KEY.replace("hg_", "") } }, "malformed"],
    [bearer("Bearer a.b.c"), "token", "a.b.c"],
    [bearer("Bearer a.b."), "token", "a.b."],
    [bearer("Bearer"), "malformed", ""],
    [bearer("Bearer opaque"), "malformed", "opaque"],
    [bearer(`Bearer ${KEY}, Bearer ${KEY}`), "malformed"],
    [bearer(`Bearer ${"a".repeat(9_000)}.b.c`), "malformed"],
    [bearer("BearerX abc"), "none"],
    [bearer("Basic abc"), "none"],
    // GitHub's clients write so; their own tokens are the origin's.
    [bearer(`token ${KEY}`), "api-key", KEY],
    [bearer(`Token   ${KEY} `), "api-key", KEY],
    [bearer("token ghp_0123456789"), "none"],
    [bearer(`token ${KEY}, token ${KEY}`), "none"],
    [{ headers: { authorization: `token ${KEY}`, "x-api-key": KEY } }, "several"],
    [{ headers: { "x-api-key": "a.b.c" } }, "malformed", "a.b.c"],
    [{ headers: { "x-api-key": "" } }, "malformed", ""],
    [{ headers: { "x-api-key": `${KEY}x` } }, "malformed"],
    [{ headers: { "x-api-key": ` ${KEY}` } }, "malformed"],
    [{ query: { other: KEY } }, "none"],
    [{ query: { key: AMBIGUOUS } }, "several"],
    [{ headers: { authorization: `Bearer ${KEY}`, "x-api-key": KEY } }, "several"],
    [{ headers: { "x-api-key": KEY }, query: { key: KEY } }, "several"],
    [{ headers: { authorization: "Basic abc", "x-api-key": KEY } }, "api-key", KEY],
  ])("reads %j as %s", (given, kind, text) => {
    const found = findCredential(toFacts(given), { query: "key", format: "headgate" });
    expect(found.kind).toBe(kind);
    if (text !== undefined) expect("text" in found && found.text).toBe(text);
  });

  test("looks into no query where the configuration names no parameter", () => {
    expect(findCredential(toFacts({ query: { key: KEY } }), { format: "headgate" }).kind).toBe("none");
  });
});

describe("findCredential() of keys of any form", () => {
  test.each<[FactsGiven, string]>([
    [bearer("Bearer opaque-key-of-old"), "api-key"],
    [bearer("Bearer eyJhbGciOiJSUzI1NiJ9.b.c"), "token"],
    [bearer(`Bearer ${Buffer.from('{\n  "alg": 1}').toString("base64url")}.b.c`), "token"],
    [bearer("Bearer SG.a-key-with-two.dots-of-its-own"), "api-key"],
    [bearer("Bearer a.b.c"), "malformed"],
    [{ headers: { "x-api-key": "aaaa.bbbb.cccc" } }, "api-key"],
    [{ headers: { "x-api-key": "short" } }, "malformed"],
    [{ headers: { "x-api-key": "with a space" } }, "malformed"],
    [{ headers: { "x-api-key": "x".repeat(513) } }, "malformed"],
    [{ headers: { "x-api-key": "müller-key" } }, "malformed"],
  ])("reads %j as %s", (given, kind) => {
    expect(findCredential(toFacts(given), { format: "any" }).kind).toBe(kind);
  });
});

describe("withoutParameter()", () => {
  test.each([
    ["", ""],
    ["?", ""],
    ["?key=1", ""],
    ["?key", ""],
    ["?a=1&key=1&b=2", "?a=1&b=2"],
    ["?k%65y=1&a=%2F", "?a=%2F"],
    ["?key=1&key=2", ""],
    ["?KEY=1&keys=2", "?KEY=1&keys=2"],
    ["?%zz=1&key=1", "?%zz=1"],
    ["?a=key&b==&&c", "?a=key&b==&&c"],
  ])("of %j leaves %j", (search, wanted) => {
    expect(withoutParameter(search, "key")).toBe(wanted);
  });

  test("leaves nothing that a form's parser reads under the name", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("k", "=", "&", "%", "6", "b", "+", "?", "a") }),
        (text) => {
          const left = withoutParameter(`?${text}`, "k");
          expect(new URLSearchParams(left).has("k")).toBe(false);
          const others = [...new URLSearchParams(`?${text}`)].filter(([name]) => name !== "k");
          expect([...new URLSearchParams(left)]).toEqual(others);
        },
      ),
    );
  });
});
