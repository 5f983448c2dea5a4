import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PathProblem, toCanonicalPath, toMatchPath } from "../../../src/core/http/canonical-path.ts";
import { anyText } from "../any-text.ts";
import { toRuns } from "../../property-runs.ts";

const REJECT = { encodedSlash: "reject" } as const;
const KEEP = { encodedSlash: "keep" } as const;

function canonical(path: string): string {
  const result = toCanonicalPath(path, REJECT);
  return result.ok ? result.value : `refused: ${result.error}`;
}

describe("toCanonicalPath()", () => {
  const spellings: readonly (readonly [given: string, wanted: string])[] = [
    ["/", "/"],
    ["/a", "/a"],
    ["/a/", "/a/"],
    ["/a.b/c..d/...", "/a.b/c..d/..."],
    ["//", "/"],
    ["//a", "/a"],
    ["//evil.example/x", "/evil.example/x"],
    ["/\\evil.example/x", "/evil.example/x"],
    ["\\\\evil.example", "/evil.example"],
    ["/a//b///c", "/a/b/c"],
    ["/a//", "/a/"],
    ["/a\\b", "/a/b"],
    ["/.", "/"],
    ["/..", "/"],
    ["/./a", "/a"],
    ["/a/.", "/a/"],
    ["/a/..", "/"],
    ["/a/../", "/"],
    ["/a/b/..", "/a/"],
    ["/a/b/../c", "/a/c"],
    ["/../../a", "/a"],
    ["/a//../b", "/b"],
    ["/a\\..\\b", "/b"],
    ["/%2e", "/"],
    ["/a/%2e%2e/b", "/b"],
    ["/a/.%2E/b", "/b"],
    ["/%41%5a%61%7A%30%39%2d%2E%5f%7e", "/AZaz09-._~"],
    ["/%40", "/%40"],
    ["/caf%c3%a9", "/caf%C3%A9"],
    ["/a%20b", "/a%20b"],
    ["/a%3fb%23c", "/a%3Fb%23c"],
    ["/%2541", "/%2541"],
    ["/%252e%252e/a", "/%252e%252e/a"],
    ["/a;b=c/d", "/a;b=c/d"],
    ["/!$&'()*+,:=@", "/!$&'()*+,:=@"],
    ["/a|b[c]^d", "/a|b[c]^d"],
    ["", "/"],
  ];
  test.each(spellings)("%j is %j", (given, wanted) => {
    expect(canonical(given)).toBe(wanted);
  });

  const unmerged: readonly (readonly [given: string, wanted: string])[] = [
    ["/", "/"],
    ["//", "//"],
    ["///", "///"],
    ["//a", "//a"],
    ["/a//b///c", "/a//b///c"],
    ["/a//", "/a//"],
    ["/a/.//", "/a//"],
    ["/a//.", "/a//"],
    ["/a//..", "/a/"],
    ["/a//../b", "/a/b"],
    ["//../a", "/a"],
    ["/a\\\\b", "/a//b"],
    ["/%41//b", "/A//b"],
  ];
  test.each(unmerged)("%j is %j where slashes are not merged", (given, wanted) => {
    const path = toCanonicalPath(given, { ...REJECT, mergeSlashes: false });
    expect(path).toEqual({ ok: true, value: wanted });
    // What is forwarded is resolved as a parser of URLs resolves it.
    expect(new URL(`http://h${given.replaceAll("%41", "A")}`).pathname).toBe(wanted);
  });

  const refusals: readonly (readonly [given: string, problem: PathProblem])[] = [
    ["/%", "malformed-escape"],
    ["/a%4", "malformed-escape"],
    ["/a%zz", "malformed-escape"],
    ["/%%41", "malformed-escape"],
    ["/%u0041", "malformed-escape"],
    ["/a%00", "control-character"],
    ["/%0d%0aX-Evil:1", "control-character"],
    ["/a%1f", "control-character"],
    ["/a%7F", "control-character"],
    ["/a\tb", "control-character"],
    ["/a\u0000", "control-character"],
    ["/a b", "control-character"],
    ["/a\u007f", "control-character"],
    ["/a%2fb", "encoded-slash"],
    ["/a%2Fb", "encoded-slash"],
    ["/a%5cb", "encoded-slash"],
    ["/..%2fa", "encoded-slash"],
    ["/..;/a", "dot-segment"],
    ["/a/..;x=1/b", "dot-segment"],
    ["/.;/a", "dot-segment"],
    ["/%2e%2e;/a", "dot-segment"],
    ["/..%3b/a", "dot-segment"],
    ["/a/.%3Bx", "dot-segment"],
  ];
  test.each(refusals)("%j is refused", (given, problem) => {
    expect(toCanonicalPath(given, REJECT)).toEqual({ ok: false, error: problem });
  });

  test("takes a path of 8192 characters and no longer one", () => {
    const longest = `/${"a".repeat(8_191)}`;
    expect(toCanonicalPath(longest, REJECT)).toEqual({ ok: true, value: longest });
    expect(toCanonicalPath(`${longest}a`, REJECT)).toEqual({ ok: false, error: "path-too-long" });
  });

  const kept: readonly (readonly [given: string, wanted: string | { readonly refused: PathProblem }])[] = [
    ["/a%2fb", "/a%2Fb"],
    ["/a%5cb", "/a%5Cb"],
    ["/a%2fb/../c", "/c"],
    ["/a%2f..b", "/a%2F..b"],
    ["/a/..%2fb", { refused: "dot-segment" }],
    ["/a%2f..", { refused: "dot-segment" }],
    ["/a%2f..%5cb", { refused: "dot-segment" }],
    ["/a%2f.%2e;x", { refused: "dot-segment" }],
    ["/a%00", { refused: "control-character" }],
  ];
  test.each(kept)('%j where encodedSlash is "keep"', (given, wanted) => {
    const result = toCanonicalPath(given, KEEP);
    expect(result.ok ? result.value : { refused: result.error }).toEqual(wanted);
  });

  test("takes time in proportion to the length", () => {
    const startMs = performance.now();
    for (const unit of ["/.", "/..", "/a", "%41", ".", "/;", "\\", "/.;a", "%2f.."]) {
      toCanonicalPath(`/${unit.repeat(8_000)}`.slice(0, 8_192), KEEP);
      toMatchPath(`/${unit.repeat(8_000)}`.slice(0, 8_192), false);
    }
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});

const pieces = [
  "/",
  "//",
  "\\",
  ".",
  "..",
  "%2e",
  "%2E",
  "%2f",
  "%5C",
  "%3b",
  "%3B",
  ";",
  "a",
  "A",
  "%61",
  "%7e",
  "~",
  "@",
  "%40",
  "%25",
  "%c3%a9",
  "é",
  "%20",
  "|",
  "%7C",
];
const anyPath = fc
  .array(fc.oneof({ weight: 12, arbitrary: fc.constantFrom(...pieces) }, anyText), {
    maxLength: 12,
  })
  .map((parts) => `/${parts.join("")}`);

describe.each([REJECT, KEEP])("toCanonicalPath() with %j, for any path,", (rules) => {
  test("starts with one slash, and has no dot segment, no escaped letter and no lower-case escape", () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const result = toCanonicalPath(path, rules);
        if (!result.ok) return;
        expect(result.value).toMatch(/^\/(?!\/)/);
        expect(result.value).not.toMatch(/\\|\/\/|\/\.{1,2}(?:[/;]|%2F|%5C|%3B|$)/);
        expect(result.value).not.toMatch(/%(?:[46][1-9A-F]|[57][0-9A]|3\d|2[DE]|5F|7E)/);
        expect(result.value).not.toMatch(/%(?:[a-f][0-9A-Fa-f]|[0-9A-F][a-f])/);
      }),
      { numRuns: toRuns(300) },
    );
  });

  test("is its own canonical path", () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const result = toCanonicalPath(path, rules);
        if (result.ok) expect(toCanonicalPath(result.value, rules)).toEqual(result);
      }),
      { numRuns: toRuns(300) },
    );
  });

  test("is what a URL parser sends to the host that was named", () => {
    fc.assert(
      fc.property(anyPath, (path) => {
        const result = toCanonicalPath(new URL(`http://client.example/${path}`).pathname, rules);
        if (!result.ok) return;
        const url = new URL(`http://origin.example${result.value}`);
        expect([url.host, url.pathname]).toEqual(["origin.example", result.value]);
      }),
      { numRuns: toRuns(300) },
    );
  });
});

describe("toMatchPath()", () => {
  const folded: readonly (readonly [canonicalPath: string, wanted: string])[] = [
    ["/", "/"],
    ["/a", "/a"],
    ["/a/", "/a"],
    ["/A/b", "/a/b"],
    ["/a;x=1", "/a"],
    ["/a;x=1/b;y", "/a/b"],
    ["/;x/a", "/a"],
    ["/a/;x/b", "/a/b"],
    ["//", "/"],
    ["//a///b//", "/a/b"],
    ["/a//;x//b", "/a/b"],
    ["/a/;", "/a"],
    ["/;", "/"],
    ["/a%3Bx=1", "/a"],
    ["/%40me", "/@me"],
    ["/%21%22%24%26%27%28%29%2A%2B%2C%3A%3C%3D%3E%40%5B%5D%5E%60%7B%7C%7D", "/!\"$&'()*+,:<=>@[]^`{|}"],
    ["/a%2Fb", "/a%2fb"],
    ["/a%5Cb", "/a%5cb"],
    ["/a%3Fb%23c%25d%20e", "/a%3fb%23c%25d%20e"],
    ["/caf%C3%A9", "/caf%c3%a9"],
    ["/%2540", "/%2540"],
  ];
  test.each(folded)("%j is matched as %j", (canonicalPath, wanted) => {
    expect(toMatchPath(canonicalPath, false)).toBe(wanted);
  });

  test("keeps the case where it matters", () => {
    expect(toMatchPath("/A/%C3%A9/", true)).toBe("/A/%C3%A9");
  });

  test("is one for all ways of writing a path", () => {
    const characters = Array.from("abzA09-._~!$&'()*+,:=@|[]é");
    const names = fc.string({ unit: fc.constantFrom(...characters), minLength: 1, maxLength: 6 });
    const separators = fc.constantFrom("/", "//", "\\", "/./", "/x/../", "/%2e/", "/;p/", ";p=1/");
    const paths = fc
      .array(
        names.filter((name) => !/^\.{1,2}$/.test(name)),
        { minLength: 1, maxLength: 4 },
      )
      .chain((segments) =>
        fc.tuple(
          fc.constant(segments),
          fc.tuple(...segments.map(toSpelling)),
          fc.array(separators, { minLength: segments.length, maxLength: segments.length }),
          fc.constantFrom("", "/", "//", ";p", "/.", "/;p", "/x/.."),
        ),
      );
    fc.assert(
      fc.property(paths, ([segments, written, between, ending]) => {
        const plain = canonical(new URL(`http://h/${segments.join("/")}`).pathname);
        const text = written.map((segment, index) => between[index] + segment).join("");
        const disguised = canonical(new URL(`http://h/x/../${text}${ending}`).pathname);
        expect(toMatchPath(disguised, false)).toBe(toMatchPath(plain, false));
      }),
      { numRuns: toRuns(300) },
    );
  });

  test("starts with one slash, ends with none, and is its own form, for any path", () => {
    fc.assert(
      fc.property(anyPath, fc.boolean(), (path, caseSensitive) => {
        const result = toCanonicalPath(path, KEEP);
        if (!result.ok) return;
        const matched = toMatchPath(result.value, caseSensitive);
        expect(matched).toMatch(/^\/(?:[^/].*[^/]|[^/])?$/s);
        expect(matched).not.toMatch(/\/\/|;|\/\.{1,2}(?:\/|$)/);
        expect(toMatchPath(matched, caseSensitive)).toBe(matched);
      }),
      { numRuns: toRuns(300) },
    );
  });
});

/** Any way of writing a name, character by character. */
function toSpelling(name: string): fc.Arbitrary<string> {
  const characters = Array.from(name, (character) => fc.constantFrom(...toSpellings(character)));
  return fc.tuple(...characters).map((parts) => parts.join(""));
}

function toSpellings(character: string): readonly string[] {
  const escape = encodeURIComponent(character);
  if (escape.length > 3) return [character, escape, escape.toLowerCase()];
  const hex = character.charCodeAt(0).toString(16);
  return [character, `%${hex}`, `%${hex.toUpperCase()}`];
}
