import { describe, expect, test } from "vitest";
import {
  toDroppedFromResponse,
  hasPassed,
  isDroppedFromRequests,
  toNominated,
} from "../../../src/core/http/forwarded-fields.ts";

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

test("toDroppedFromResponse() has what is said to a proxy, Connection, and what that names", () => {
  const proxys = ["proxy-connection", "proxy-authenticate", "proxy-authentication-info"];
  expect(toDroppedFromResponse("close, X-Own")).toEqual(["connection", ...proxys, "close", "x-own"]);
  expect(toDroppedFromResponse(undefined)).toEqual(proxys);
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
