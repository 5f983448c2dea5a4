import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { toCanonicalPath, toMatchPath } from "../../../src/core/http/canonical-path.ts";
import { matchesPattern, parseRoutePattern, readParam } from "../../../src/core/http/path-pattern.ts";
import { anyText } from "../any-text.ts";

/** Whether a request for the URL's path meets the pattern, by the way that a request goes. */
function isMatch(pattern: string, urlPath: string, caseSensitive = false): boolean {
  const parsed = parseRoutePattern(pattern, caseSensitive);
  const path = toCanonicalPath(new URL(`http://h${urlPath}`).pathname, { encodedSlash: "keep" });
  if (!parsed.ok || !path.ok) throw new Error(`${pattern} or ${urlPath} is refused`);
  return matchesPattern(parsed.value, toMatchPath(path.value, caseSensitive));
}

describe("matchesPattern()", () => {
  const matches: readonly (readonly [pattern: string, paths: readonly string[]])[] = [
    ["/", ["/", "//", "/.", "/;x"]],
    ["/search", ["/search", "/search/", "//search", "/SEARCH", "/%73earch", "/search;x=1", "/x/../search"]],
    ["/search/", ["/search", "/search/"]],
    ["/a/b", ["/a/b", "/a//b", "/a;x/b", "/;x/a/b", "/a\\b"]],
    ["/users/:id", ["/users/1", "/users/a.b", "/users/%C3%A9", "/users/1/"]],
    ["/users/:id/posts/:post", ["/users/1/posts/2"]],
    ["/*", ["/", "/a", "/a/b/c"]],
    ["/files/*", ["/files", "/files/", "/files/a", "/files/a/b"]],
    ["/:any/*", ["/a", "/a/b"]],
    ["/users/@me", ["/users/@me", "/users/%40me"]],
    ["/wiki/A(b)", ["/wiki/A(b)", "/wiki/a%28b%29"]],
    ["/a|b", ["/a|b", "/a%7Cb", "/a%7cb"]],
    ["/users/{id}/posts/{post}", ["/users/1/posts/2"]],
    ["/%7Bx%7D", ["/{x}", "/%7Bx%7D"]],
    ["/café", ["/café", "/caf%C3%A9", "/caf%c3%a9"]],
    ["/caf%c3%a9", ["/café"]],
    ["/a%20b", ["/a b", "/a%20b"]],
    ["/%61", ["/a"]],
    ["/a%2fb", ["/a%2Fb"]],
  ];
  test.each(matches)("%s is met by %j", (pattern, paths) => {
    expect(paths.filter((path) => !isMatch(pattern, path))).toEqual([]);
  });

  const misses: readonly (readonly [pattern: string, paths: readonly string[]])[] = [
    ["/", ["/a"]],
    ["/search", ["/", "/searc", "/searches", "/search/x", "/x/search", "/search%20", "/search.json"]],
    ["/users/:id", ["/users", "/users/", "/users/1/2"]],
    ["/files/*", ["/file", "/filesystem", "/x/files"]],
    ["/:any/*", ["/"]],
    ["/a%2fb", ["/a/b"]],
  ];
  test.each(misses)("%s is missed by %j", (pattern, paths) => {
    expect(paths.filter((path) => isMatch(pattern, path))).toEqual([]);
  });

  test("minds the case where it matters", () => {
    expect([isMatch("/A", "/A", true), isMatch("/A", "/a", true), isMatch("/É", "/%c3%89", true)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test("of a path's own segments is met by the path, whatever its characters", () => {
    const segment = fc
      .string({ minLength: 1, maxLength: 8, unit: "grapheme" })
      .filter((text) => /^[^\s?#*:;\\/%{}[\]<>\p{C}]+$/u.test(text) && !/^\.{1,2}$|^\.{3}/.test(text));
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        (segments, caseSensitive) => {
          const path = `/${segments.join("/")}`;
          expect(isMatch(path, path, caseSensitive)).toBe(true);
          expect(isMatch(path, `/${segments.map(encodeURIComponent).join("/")}`, caseSensitive)).toBe(true);
          expect(isMatch(path, `${path}/more`, caseSensitive)).toBe(false);
        },
      ),
    );
  });

  test("takes time in proportion to the path's length", () => {
    const pattern = parseRoutePattern(
      `/${Array.from({ length: 150 }, (_, at) => `:a${at}/`).join("")}*`,
      false,
    );
    if (!pattern.ok) throw new Error(pattern.error);
    const startMs = performance.now();
    for (let round = 0; round < 100; round += 1) matchesPattern(pattern.value, `/${"a/".repeat(4_000)}`);
    expect(performance.now() - startMs).toBeLessThan(1_000);
  });
});

describe("readParam()", () => {
  test.each([
    ["/:page/feed", "/12/feed", "page", "12"],
    ["/v19.0/:page/*", "/v19.0/12", "page", "12"],
    ["/a/:x/:y", "/a/1/2", "y", "2"],
    ["/a/:x", "/a/1", "y", undefined],
    ["/a/:x", "//a///1", "x", "1"],
    ["/a/*", "/a/1", "constructor", undefined],
  ])("of %s for %s: %s is %s", (text, path, name, value) => {
    const pattern = parseRoutePattern(text, false);
    if (!pattern.ok) throw new Error(pattern.error);
    expect(readParam(pattern.value, path, name)).toBe(value);
  });
});

describe("parseRoutePattern()", () => {
  test("is one frozen value that keeps what was written", () => {
    const parsed = parseRoutePattern("/Users/:id/*", false);
    if (!parsed.ok) throw new Error(parsed.error);
    expect(parsed.value).toEqual({
      text: "/Users/:id/*",
      segments: ["users", undefined],
      params: [undefined, "id"],
      isOpen: true,
    });
    expect([Object.isFrozen(parsed.value), Object.isFrozen(parsed.value.segments)]).toEqual([true, true]);
  });

  test.each(["", "a", "*", "https://h/a"])("refuses %j for its start", (text) => {
    expect(parseRoutePattern(text, false)).toEqual({
      ok: false,
      error: 'must be a path pattern of at most 1024 characters that starts with "/"',
    });
  });

  test("takes a pattern of 1024 characters and no longer one", () => {
    const tooLong = `/${"a".repeat(1_024)}`;
    expect(parseRoutePattern(tooLong, false)).toEqual(parseRoutePattern("", false));
    expect(parseRoutePattern(tooLong.slice(0, -1), false).ok).toBe(true);
  });

  test.each([
    "//",
    "/a//b",
    "/:",
    "/a#b",
    "/a b",
    "/a\\b",
    "/a;b",
    "/.",
    "/a/..",
    "/a/%2e%2e",
    "/a/..%2fb",
    "/%",
    "/%0",
    "/%00",
    "/a\u0001",
    "/\ud800",
  ])("refuses %j for its parts", (text) => {
    expect(parseRoutePattern(text, false)).toEqual({
      ok: false,
      error: 'must be made of names, ":parameters" and a last "*"',
    });
  });

  test.each([
    ["/{id}.json", 'must have a parameter alone in its segment, such as ":id", in place of "{id}.json"'],
    ["/v{n}", 'must have a parameter alone in its segment, such as ":id", in place of "v{n}"'],
    ["/:id.json", 'must have a parameter alone in its segment, such as ":id", in place of ":id.json"'],
    ["/:1", 'must have a parameter alone in its segment, such as ":id", in place of ":1"'],
    ["/:a-b", 'must have a parameter alone in its segment, such as ":id", in place of ":a-b"'],
    ["/a:b", 'must have a parameter alone in its segment, such as ":id", in place of "a:b"'],
    ["/{id*}", 'must end with "/*" for whatever follows, in place of "{id*}"'],
    ["/{*id}", 'must end with "/*" for whatever follows, in place of "{*id}"'],
    ["/:id*", 'must end with "/*" for whatever follows, in place of ":id*"'],
    ["/[...slug]", 'must end with "/*" for whatever follows, in place of "[...slug]"'],
    ["/**", 'must end with "/*" for whatever follows, in place of "**"'],
    ["/*a", 'must end with "/*" for whatever follows, in place of "*a"'],
    ["/a*", 'must have "*" alone and last, or ":name" for one segment, in place of "a*"'],
    ["/*/a", 'must have "*" alone and last, or ":name" for one segment, in place of "*"'],
    ["/*/", 'must have "*" alone and last, or ":name" for one segment, in place of "*"'],
    ["/{id:[0-9]+}", 'must write ":id" in place of "{id:[0-9]+}"'],
    ["/:id(\\d+)", String.raw`must write ":id" in place of ":id(\\d+)"`],
    ["/[id]", 'must write ":id" in place of "[id]"'],
    ["/<int:id>", 'must write ":id" in place of "<int:id>"'],
    ["/:id?", 'must be two routes where ":id?" may be missing, one with it and one without'],
    ["/a?b=1", 'must be a path without a query, in place of "a?b=1"'],
    ["/:id/x/{id}", 'must have ":id" once'],
  ])("says of %j what to write", (text, error) => {
    expect(parseRoutePattern(text, false)).toEqual({ ok: false, error });
  });

  test("answers any text", () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (text, caseSensitive) => {
        expect(typeof parseRoutePattern(`/${text}`, caseSensitive).ok).toBe("boolean");
      }),
    );
  });
});
