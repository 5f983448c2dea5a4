import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  toClientCookie,
  toClientLink,
  toClientLocation,
  toClientRefresh,
} from "../../../src/core/http/client-fields.ts";
import { toRuns } from "../../property-runs.ts";

const BASED = { origin: "https://o.example/v1", gateway: "https://gateway.example", prefix: "/api" };
const PLAIN = { origin: "https://o.example", gateway: "http://gateway.example:8080" };

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

describe("toClientLink()", () => {
  test.each([
    ["<https://o.example/x?page=2>; rel=next", "<http://gateway.example:8080/x?page=2>; rel=next"],
    [
      '<https://o.example/2>; rel="next", <https://other.example/>; rel=x, <//o.example/9>; rel="last"',
      '<http://gateway.example:8080/2>; rel="next", <https://other.example/>; rel=x, <http://gateway.example:8080/9>; rel="last"',
    ],
    [
      '</x>; rel=next; anchor="https://o.example/y"',
      '</x>; rel=next; anchor="http://gateway.example:8080/y"',
    ],
  ])("of %s is %s", (link, wanted) => {
    expect(toClientLink(link, PLAIN)).toBe(wanted);
  });

  test("leads back below the prefix that the origin does not know", () => {
    const link = "</v1/x>; rel=next, <https://o.example/v1/y>; rel=prev, </v2/z>, <w>";
    const wanted = "</api/x>; rel=next, <https://gateway.example/api/y>; rel=prev, </v2/z>, <w>";
    expect(toClientLink(link, BASED)).toBe(wanted);
  });

  test.each([
    "</a.css>; rel=preload",
    '<x>; title="<https://o.example/x>"',
    '<x>; title="a \\" <https://o.example/x>"',
    '<x>; title="; anchor=\\"https://o.example/"',
    "https://o.example/x",
    "<https://o.example/x",
    "",
  ])("leaves %s", (link) => {
    expect(toClientLink(link, PLAIN)).toBe(link);
  });

  test("takes time in proportion to the field's length", () => {
    const startMs = performance.now();
    for (const unit of ["<", ">", '"', '\\"', '"\\', ";", "; ", ";anchor=", "<>", " "])
      toClientLink(unit.repeat(30_000), PLAIN);
    expect(performance.now() - startMs).toBeLessThan(2_000);
  });
});

describe("toClientRefresh()", () => {
  test.each([
    ["5; url=https://o.example/x", "5; url=http://gateway.example:8080/x"],
    ["0;URL='https://o.example/x'", "0;URL='http://gateway.example:8080/x'"],
    ['0.5 , url = "https://o.example/x"', '0.5 , url = "http://gateway.example:8080/x"'],
    ["3;https://o.example/x", "3;http://gateway.example:8080/x"],
    ["3 https://o.example/x", "3 http://gateway.example:8080/x"],
  ])("of %s is %s", (refresh, wanted) => {
    expect(toClientRefresh(refresh, PLAIN)).toBe(wanted);
  });

  test.each([
    "5",
    "",
    "5;",
    "5; url=",
    "5; url=/x",
    "5; url=https://other.example/",
    "x; url=https://o.example/",
  ])("leaves %j", (refresh) => {
    expect(toClientRefresh(refresh, PLAIN)).toBe(refresh);
  });

  test("leads back below the prefix that the origin does not know", () => {
    expect(toClientRefresh("1; url=/v1/x", BASED)).toBe("1; url=/api/x");
  });
});

describe("toClientCookie()", () => {
  test.each([
    ["a=1; Domain=o.example; Path=/", "a=1; Domain=gateway.example; Path=/"],
    ["a=1; domain=.O.EXAMPLE", "a=1; domain=gateway.example"],
    ["a=1;Domain = o.example ;Secure", "a=1;Domain = gateway.example ;Secure"],
  ])("of %s is %s", (cookie, wanted) => {
    expect(toClientCookie(cookie, PLAIN)).toBe(wanted);
  });

  test("names the gateway for a domain that only the origin is in", () => {
    const context = { origin: "https://api.o.example:8443", gateway: "https://gate.g.example" };
    expect(toClientCookie("a=1; Domain=o.example", context)).toBe("a=1; Domain=gate.g.example");
    expect(toClientCookie("a=1; Domain=example", context)).toBe("a=1; Domain=example");
    expect(toClientCookie("a=1; Domain=pi.o.example", context)).toBe("a=1; Domain=pi.o.example");
    expect(toClientCookie("a=1; Domain=x.api.o.example", context)).toBe("a=1; Domain=x.api.o.example");
  });

  test.each([
    "a=1",
    "a=1; Path=/x",
    "Domain=o.example",
    "a=1; Domain=other.example",
    "a=1; Domain=",
    "a=1; xdomain=o.example",
  ])("leaves %s", (cookie) => {
    expect(toClientCookie(cookie, PLAIN)).toBe(cookie);
  });

  test.each([
    ["a=1; Path=/v1/x", "a=1; Path=/api/x"],
    ["a=1; Path=/v1", "a=1; Path=/api"],
    ["a=1; Path=/", "a=1; Path=/"],
    ["a=1; Path=/v2", "a=1; Path=/v2"],
  ])("leads %s back below the prefix that the origin does not know: %s", (cookie, wanted) => {
    expect(toClientCookie(cookie, BASED)).toBe(wanted);
  });

  test("makes / of a base path that the client does not know", () => {
    const context = { origin: "https://o.example/v1", gateway: "https://gateway.example" };
    expect(toClientCookie("a=1; Path=/v1", context)).toBe("a=1; Path=/");
  });
});
