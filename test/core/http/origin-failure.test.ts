import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toCloudflareProblem, toOriginProblem } from "../../../src/core/http/origin-failure.ts";
import { problems } from "../../../src/core/http/problems.ts";

test.each([
  ["connect ECONNREFUSED 127.0.0.1:9", "origin-refused"],
  ["Connection refused", "origin-refused"],
  ["DNS lookup failed.", "origin-unknown"],
  ["getaddrinfo ENOTFOUND nowhere.invalid", "origin-unknown"],
  ["Network connection lost.", "origin-closed"],
  ["read ECONNRESET: connection reset by peer", "origin-closed"],
  ["disconnected: premature EOF", "origin-closed"],
  ["The operation timed out", "origin-timeout"],
  ["connect timeout", "origin-timeout"],
  ["Invalid response status line.", "origin-protocol"],
  ["HTTP parse error", "origin-protocol"],
  ["typeof is not a network", "origin-unreachable"],
  ["", "origin-unreachable"],
])("toOriginProblem() names %j %s", (message, code) => {
  expect(toOriginProblem(message)).toBe(code);
});

test("toOriginProblem() makes a 502 or a 504 of any message", () => {
  fc.assert(
    fc.property(fc.string(), (message) => {
      expect([502, 504]).toContain(problems[toOriginProblem(message)].status);
    }),
  );
});

test("toCloudflareProblem() names what Cloudflare answers in an origin's place, and nothing else", () => {
  const named: [number, string][] = [];
  for (let status = 200; status < 600; status += 1) {
    const code = toCloudflareProblem(status);
    if (code !== undefined) named.push([status, code]);
  }
  expect(named).toEqual([
    [520, "origin-protocol"],
    [521, "origin-refused"],
    [522, "origin-timeout"],
    [523, "origin-unreachable"],
    [524, "origin-timeout"],
    [525, "origin-unreachable"],
    [526, "origin-unreachable"],
    [530, "origin-unknown"],
  ]);
});
