import { describe, expect, it } from "vitest";
import { parseTarget, resolveSameOrigin, toUrl } from "../../../src/core/cache/target.ts";
import { request } from "./samples.ts";

const BASE = request({ target: { path: "/shop/things", query: "q=1" } }).target;

describe("parseTarget() and toUrl()", () => {
  it.each([
    ["https://api.example/things?a=1#f", "https://api.example/things?a=1"],
    ["HTTPS://API.example:443/Things", "https://api.example/Things"],
    ["http://api.example:80", "http://api.example/"],
    ["http://api.example:443/", "http://api.example:443/"],
    ["https://api.example/a/../%62//c", "https://api.example/b/c"],
    ["https://api.example?a=1", "https://api.example/?a=1"],
    ["https://api.example./b", "https://api.example/b"],
    ["https://api.example.:443/b", "https://api.example/b"],
    ["https://api.example.:8443/b", "https://api.example:8443/b"],
  ])("give %s its one form", (url, expected) => {
    const target = parseTarget(url);
    expect(target && toUrl(target)).toBe(expected);
  });

  it("leave slashes as they are where they are not merged", () => {
    const target = parseTarget("https://api.example//a/.//b", { mergeSlashes: false });
    expect(target && toUrl(target)).toBe("https://api.example//a//b");
  });

  it.each([
    "",
    "/things",
    "//api.example/",
    "ftp://api.example/",
    "https://",
    "https://u:p@api.example/",
    "https://a b/",
    "https://api.example\\@evil.example/",
    "https://api.example/%zz",
  ])("refuse %j", (url) => {
    expect(parseTarget(url)).toBeUndefined();
  });
});

describe("resolveSameOrigin() (RFC 9111 section 4.4, RFC 3986 section 5.2)", () => {
  it.each([
    ["/other?x=1", "https://api.example/other?x=1"],
    ["https://api.example/other", "https://api.example/other"],
    ["https://API.EXAMPLE:443/other", "https://api.example/other"],
    ["https://evil.example/other", undefined],
    ["http://api.example/other", undefined],
    ["https://api.example:8443/other", undefined],
    ["//evil.example/other", undefined],
    ["//api.example/other", "https://api.example/other"],
    ["//api.example:443/other", "https://api.example/other"],
    ["/.//evil.example/other", "https://api.example/evil.example/other"],
    ["//api.example@evil.example/other", undefined],
    ["//api.example\\@evil.example/other", undefined],
    ["other\\..", undefined],
    ["/\\evil.example/other", undefined],
    ["\\\\evil.example/other", undefined],
    ["other", "https://api.example/shop/other"],
    ["./other/7?x=1#f", "https://api.example/shop/other/7?x=1"],
    ["../other", "https://api.example/other"],
    ["../../../other", "https://api.example/other"],
    ["a:b/other", undefined],
    ["./a:b/other", "https://api.example/shop/a:b/other"],
    ["", "https://api.example/shop/things?q=1"],
    ["#f", "https://api.example/shop/things?q=1"],
    ["?x=1", "https://api.example/shop/things?x=1"],
    ["javascript:alert(1)", undefined],
    ["%zz", undefined],
  ])("takes %j for %s", (reference, expected) => {
    const target = resolveSameOrigin(reference, BASE);
    expect(target && toUrl(target)).toBe(expected);
  });
});
