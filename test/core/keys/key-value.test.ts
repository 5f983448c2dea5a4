import { expect, test } from "vitest";
import { findPatternProblem, findValueProblem } from "../../../src/core/keys/key-value.ts";

const of = (label: string) => ({ part: { label }, path: "value", rules: { caseSensitive: false } });

test.each([
  ["ip", "192.0.2.1"],
  ["ip", "2001:DB8::1"],
  ["ip", "2001:db8:0:0::/64"],
  ["ip/56", "2001:db8:0:0::/56"],
  ["country", "CH"],
  ["country", "T1"],
  ["method", "GET"],
  ["host", "api.example.com"],
  ["path", "/search"],
  ["consumer", "a customer"],
  ["api-key", "k12"],
  ["jwt:sub", "https://issuer.example user 7"],
  ["header:x-key", "anything at all"],
  ["param:id", "7"],
])("findValueProblem() finds none of %s %j", (label, value) => {
  expect(findValueProblem(value, of(label))).toBeUndefined();
});

test.each([
  ["ip", "bob", undefined],
  ["ip", "10.0.0.0/8", undefined],
  ["country", "uk", "GB"],
  ["country", "QQ", undefined],
  ["method", "HEAD", "GET"],
  ["method", "get", "GET"],
  ["host", "API.example.com", "api.example.com"],
  ["host", "api.example.com:443", undefined],
  ["path", "Search//A/", "/search/a"],
  ["consumer", " acme", undefined],
  ["api-key", "hg_1234", undefined],
  ["jwt:sub", "user-7", undefined],
  ["everyone", "all", undefined],
])("findValueProblem() finds what no request has for %s: %j, and what was meant", (label, value, meant) => {
  const { message = "" } = findValueProblem(value, of(label)) ?? {};
  expect(/did you mean "(.*)"\?$/.exec(message)?.[1]).toBe(meant);
  expect(message).toContain(`received ${JSON.stringify(value)}`);
});

test("findPatternProblem() takes patterns, and of addresses only what addresses are written with", () => {
  for (const pattern of ["192.0.2.*", "2001:db8:*", "*"])
    expect(findPatternProblem(pattern, of("ip"))).toBeUndefined();
  expect(findPatternProblem("bob*", of("ip"))?.message).toContain("or a pattern of one");
  expect(findPatternProblem("ac*", of("consumer"))).toBeUndefined();
  expect(findPatternProblem("bob", of("ip"))).toBeDefined();
});
