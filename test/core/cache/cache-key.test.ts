import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashText } from "../../../src/platform/hash-text.ts";
import { toCacheKey, toKeyUrl, toMarkKey, toVariantKey } from "../../../src/core/cache/cache-key.ts";
import { type RequestOptions, request, settings } from "./samples.ts";

function key(options: RequestOptions, route: unknown = {}, country?: string): string {
  return toCacheKey(request(options), settings(route), country);
}

describe("toMarkKey()", () => {
  it("is bounded, one for each URL, and no key of anything else", () => {
    const long = `https://api.example/${"a".repeat(8_000)}`;
    const keys = ["https://api.example/a", "https://api.example/b", long, `${long}b`].map((url) =>
      toMarkKey(url, hashText),
    );
    expect(new Set(keys).size).toBe(keys.length);
    expect(Math.max(...keys.map(({ length }) => length))).toBeLessThan(300);
    for (const marked of keys) expect(marked).toMatch(/^mark/);
    expect(key({})).toMatch(/^url=/);
    expect(toVariantKey("p", [], { fields: request().fields, settings: settings() })).toMatch(/^variant of=/);
  });
});

describe("toCacheKey() (RFC 9111 section 2)", () => {
  it.each<[string, RequestOptions, RequestOptions]>([
    ["scheme", { target: { scheme: "http" } }, {}],
    ["host", { target: { host: "other.example" } }, {}],
    ["path", { target: { path: "/other" } }, {}],
    ["case of the path", { target: { path: "/Things" } }, {}],
    ["trailing slash", { target: { path: "/things/" } }, {}],
    ["query", { target: { query: "a=1" } }, { target: { query: "a=2" } }],
    ["order of the query", { target: { query: "a=1&b=1" } }, { target: { query: "b=1&a=1" } }],
  ])("tells requests apart by %s", (_name, a, b) => {
    expect(key(a)).not.toBe(key(b));
  });

  it("tells requests with an accepted credential from those without", () => {
    const anonymous = request();
    const authenticated = { ...anonymous, isAuthenticated: true };
    expect(toCacheKey(authenticated, settings())).not.toBe(toCacheKey(anonymous, settings()));
    expect(toCacheKey({ ...anonymous, isAuthenticated: false }, settings())).toBe(
      toCacheKey(anonymous, settings()),
    );
  });

  it("takes an empty query for none", () => {
    expect(toKeyUrl(request().target, settings())).toBe("https://api.example/things");
  });

  it.each<[string, unknown, RequestOptions, RequestOptions]>([
    [
      "a named header",
      { key: { headers: ["X-Team"] } },
      { fields: { "x-team": "a" } },
      { fields: { "x-team": "b" } },
    ],
    ["an absent header from an empty", { key: { headers: ["X-Team"] } }, { fields: { "x-team": "" } }, {}],
    ["an absent header from a dash", { key: { headers: ["X-Team"] } }, { fields: { "x-team": "-" } }, {}],
    [
      "a named cookie",
      { key: { cookies: ["ab"] } },
      { fields: { cookie: "ab=1" } },
      { fields: { cookie: "ab=2" } },
    ],
    [
      "both of two cookies",
      { key: { cookies: ["ab"] } },
      { fields: { cookie: "ab=1; ab=2" } },
      { fields: { cookie: "ab=1; ab=3" } },
    ],
    ["the device", { key: { device: true } }, { fields: { "user-agent": "iPhone" } }, {}],
  ])("tells requests apart by %s, if the route says so", (_name, route, a, b) => {
    expect(key(a, route)).not.toBe(key(b, route));
    expect(key(a)).toBe(key(b));
  });

  it("tells requests apart by country, if the route says so", () => {
    const route = { key: { country: true } };
    expect(new Set([key({}, route, "CH"), key({}, route, "DE"), key({}, route)]).size).toBe(3);
    expect(key({}, {}, "CH")).toBe(key({}, {}, "DE"));
  });

  it("is never the same for different values, whatever they contain", () => {
    const value = fc.stringMatching(/^[-0-9:;=|a-c]{1,6}$/);
    const route = { key: { headers: ["x-a", "x-b"] } };
    fc.assert(
      fc.property(value, value, value, value, (a, b, c, d) => {
        const isSame = a === c && b === d;
        const left = key({ fields: { "x-a": a, "x-b": b } }, route);
        expect(left === key({ fields: { "x-a": c, "x-b": d } }, route)).toBe(isSame);
      }),
    );
  });
});

function variantContext(value: string) {
  return { fields: request({ fields: { foo: value } }).fields, settings: settings() };
}

describe("toVariantKey() (RFC 9111 section 4.1)", () => {
  it("differs by the fields and their values, and from the primary key", () => {
    const primary = key({});
    const keys = [
      primary,
      toVariantKey(primary, [], variantContext("1")),
      toVariantKey(primary, ["foo"], variantContext("1")),
      toVariantKey(primary, ["foo"], variantContext("2")),
      toVariantKey(primary, ["bar"], variantContext("1")),
      toVariantKey(key({ target: { path: "/other" } }), ["foo"], variantContext("1")),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    expect(toVariantKey(primary, ["foo"], variantContext(" 1 "))).toBe(keys[2]);
  });
});
