import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  toDroppedFromResponse,
  hasPassed,
  isDroppedFromRequests,
  toClientLocation,
  toNominated,
} from "../../../src/core/http/forwarded-fields.ts";
import { toRuns } from "../../property-runs.ts";

const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

test.each([
  ...HOP_BY_HOP,
  "host",
  "expect",
  "proxy-authorization",
  "forwarded",
  "x-forwarded",
  "x-forwarded-for",
  "x-forwarded-host",
  "x-forwarded-proto",
  "x-forwarded-port",
  "x-forwarded-prefix",
  "x-forwarded-anything",
  "x-original-url",
  "x-rewrite-url",
  "x-original-uri",
  "x-scheme",
  "x-url-scheme",
  "front-end-https",
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
  "x-real-ip",
  "true-client-ip",
  "client-ip",
  "proxy-client-ip",
  "x-originating-ip",
  "x-remote-ip",
  "x-remote-addr",
  "x-proxyuser-ip",
  "x-original-forwarded-for",
  "proxy",
  "x-consumer",
  "x-tier",
])("isDroppedFromRequests() keeps %s here", (name) => {
  expect(isDroppedFromRequests(name)).toBe(true);
});

test.each([
  "accept",
  "authorization",
  "cookie",
  "content-type",
  "content-length",
  "cf-connecting-ip",
  "via",
  "x-request-id",
  "x-forward",
  "my-field",
  "range",
  "sec-websocket-key",
])("isDroppedFromRequests() lets %s pass", (name) => {
  expect(isDroppedFromRequests(name)).toBe(false);
});

test("toDroppedFromResponse() has the hop-by-hop fields, what is said to a proxy, and what Connection names", () => {
  const dropped = toDroppedFromResponse("close, X-Own");
  const expected = [...HOP_BY_HOP, "proxy-authenticate", "proxy-authentication-info", "close", "x-own"];
  expect(new Set(dropped)).toEqual(new Set(expected));
  expect(toDroppedFromResponse(undefined)).toEqual([
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authentication-info",
  ]);
});

test.each([
  [undefined, []],
  ["", []],
  [" , ,", []],
  ["close", ["close"]],
  ["Keep-Alive, X-Foo ,x-BAR", ["keep-alive", "x-foo", "x-bar"]],
  ["X_Foo, x.bar", ["x-foo", "x-bar"]],
])("toNominated() reads %j", (connection, names) => {
  expect(toNominated(connection)).toEqual(names);
});

describe("hasPassed()", () => {
  test.each([
    "1.1 headgate",
    "1.1 HeadGate",
    "HTTP/1.1 headgate",
    "2 headgate",
    "1.1 other, 1.1 headgate",
    "1.1 headgate, 1.0 other",
    "1.0 fred,1.1 headgate",
    "1.1  headgate",
    "1.1\theadgate",
    "1.1 headgate (edge, in Paris)",
    "1.1 other (a, b), 1.1 headgate (c)",
    "1.1 other (a \\) b), 1.1 headgate",
    "(, 1.1 headgate",
    "1.1 other ((, 1.1 headgate, 1.1 next (x)",
  ])("knows itself in %j", (via) => {
    expect(hasPassed(via, "headgate")).toBe(true);
  });

  test.each([
    null,
    "",
    "1.1",
    "headgate",
    "1.1 headgate-2",
    "1.1 my.headgate",
    "1.1 other headgate",
    "1.1 other (headgate)",
    "1.1 other (next, 1.1 headgate )",
    "headgate 1.1",
    ",,,",
  ])("does not take %j for itself", (via) => {
    expect(hasPassed(via, "headgate")).toBe(false);
  });

  test("takes time in proportion to the field's length", () => {
    const startMs = performance.now();
    for (const unit of ["(", ")", "(\\", ",", " ", "1.1 a,", "()"])
      hasPassed(unit.repeat(60_000), "headgate");
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});

describe("toClientLocation()", () => {
  const gateway = "https://gateway.example";

  test.each([
    ["https://o.example/v1/x", `${gateway}/api/x`],
    ["/v1/x", "/api/x"],
    ["/v1", "/api/"],
    ["/elsewhere", "/elsewhere"],
    ["https://o.example/elsewhere", "https://o.example/elsewhere"],
    ["x", "x"],
  ])("leads %s back below the prefix that the origin does not know: %s", (location, wanted) => {
    expect(toClientLocation(location, { origin: "https://o.example/v1", gateway, prefix: "/api" })).toBe(
      wanted,
    );
  });

  const rewrites: readonly (readonly [origin: string, location: string, wanted: string])[] = [
    ["https://o.example", "https://o.example/x?y#z", `${gateway}/x?y#z`],
    ["https://o.example", "https://o.example", `${gateway}/`],
    ["https://o.example", "https://o.example?x", `${gateway}/?x`],
    ["https://o.example", "https://O.EXAMPLE/X", `${gateway}/X`],
    ["https://o.example", "HTTPS://o.example/x", `${gateway}/x`],
    ["https://o.example", "//o.example/x", `${gateway}/x`],
    ["https://o.example", "https://o.example:443/x", `${gateway}/x`],
    ["https://o.example", "https://o.example:/x", `${gateway}/x`],
    ["https://o.example", "http://o.example/x", `${gateway}/x`],
    ["https://o.example", "http://o.example:80/x", `${gateway}/x`],
    ["http://o.example:8080", "http://o.example:8080/x", `${gateway}/x`],
    ["http://[::1]:8080", "http://[::1]:8080/x", `${gateway}/x`],
    ["https://o.example/v1", "https://o.example/v1/x", `${gateway}/x`],
    ["https://o.example/v1", "https://o.example/v1", `${gateway}/`],
    ["https://o.example/v1", "https://o.example/v1?x", `${gateway}/?x`],
    ["https://o.example/v1", "/v1/x", "/x"],
    ["https://o.example/v1", "/v1", "/"],
    ["https://o.example/v1", "/v1#x", "/#x"],
    ["https://o.example/v1", "/v1//evil.example/x", "/evil.example/x"],
    ["https://o.example/v1", "/v1/\\evil.example/x", "/evil.example/x"],
    ["https://o.example", "https://o.example//evil.example", `${gateway}//evil.example`],
    ["https://o.example", "https://o.example\\@evil.example/x", `${gateway}/\\@evil.example/x`],
  ];
  test.each(rewrites)("of %s makes %j of the gateway", (origin, location, wanted) => {
    expect(toClientLocation(location, { origin, gateway })).toBe(wanted);
  });

  const passed: readonly (readonly [origin: string, location: string])[] = [
    ["https://o.example", "/x"],
    ["https://o.example", "x"],
    ["https://o.example", "../x"],
    ["https://o.example", "?x"],
    ["https://o.example", "#x"],
    ["https://o.example", ""],
    ["https://o.example", "mailto:a@o.example"],
    ["https://o.example", "ftp://o.example/x"],
    ["https://o.example", "https://other.example/x"],
    ["https://o.example", "//other.example/x"],
    ["https://o.example", "https://o.example.evil.example/x"],
    ["https://o.example", "https://o.example@evil.example/x"],
    ["https://o.example", "https://user:pass@o.example/x"],
    ["https://o.example", "https://o.example:8443/x"],
    ["https://o.example", "https://o.example:80/x"],
    ["https://o.example", "https://o.example:4430/x"],
    ["https://o.example:8443", "https://o.example/x"],
    ["https://o.example/v1", "https://o.example/v2/x"],
    ["https://o.example/v1", "https://o.example/v10"],
    ["https://o.example/v1", "https://o.example/"],
    ["https://o.example/v1", "/v10/x"],
    ["https://o.example/v1", "/x"],
    ["zone", "https://o.example/x"],
  ];
  test.each(passed)("of %s passes %j on", (origin, location) => {
    expect(toClientLocation(location, { origin, gateway })).toBe(location);
  });

  test("never leads a relative redirect to another host", () => {
    const parts = fc.array(fc.constantFrom("/", "\\", "v1", "evil.example", "?", "#", ".", "@", ":"), {
      maxLength: 6,
    });
    fc.assert(
      fc.property(parts, (rest) => {
        const location = `/v1${rest.join("")}`;
        const client = toClientLocation(location, { origin: "https://o.example/v1", gateway });
        expect(new URL(client, `${gateway}/asked`).origin).toBe(gateway);
      }),
      { numRuns: toRuns(500) },
    );
  });
});
