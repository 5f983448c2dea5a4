import * as fc from "fast-check";
import { expect, test } from "vitest";
import { findNearest } from "../../../src/core/schema/find-nearest.ts";
import { anyText } from "../any-text.ts";

const KNOWN = ["origin", "policies", "routes", "key", "ip", "path", "ttl", "subWindows", "timeoutMs"];

test.each([
  ["polices", "policies"],
  ["policy", "policies"],
  ["Routes", "routes"],
  ["route", "routes"],
  ["orgin", "origin"],
  ["orignal", "origin"],
  ["kye", "key"],
  ["ips", "ip"],
  ["tl", "ttl"],
  ["sub-windows", "subWindows"],
  ["timeout", "timeoutMs"],
  ["key", "key"],
])("findNearest() of %j is %j", (word, nearest) => {
  expect(findNearest(word, KNOWN)).toBe(nearest);
});

test.each(["", "x", "zz", "xyz", "completely-unlike"])("findNearest() of %j is none", (word) => {
  expect(findNearest(word, KNOWN)).toBeUndefined();
});

test("findNearest() takes the first of several that are as near", () => {
  expect([findNearest("cat", ["car", "can"]), findNearest("cat", ["can", "car"])]).toEqual(["car", "can"]);
});

test("findNearest() knows no word where none is known", () => {
  expect(findNearest("limit", [])).toBeUndefined();
});

test.each([
  ["gcra", ["token-bucket", "quota"], "token-bucket"],
  ["dry-run", ["enforce", "shadow"], "shadow"],
  ["fail-open", ["local", "open", "closed"], "open"],
  ["fail-closed", ["local", "open", "closed"], "closed"],
  ["tokenBucket", ["token-bucket", "quota"], "token-bucket"],
  ["gcra", ["quota"], undefined],
])("findNearest() takes %j for what is called so elsewhere", (word, known, wanted) => {
  expect(findNearest(word, known)).toBe(wanted);
});

test("findNearest() finds a known word again after any one slip", () => {
  const slip = fc.record({
    word: fc.constantFrom("policies", "subWindows", "requestDirectives"),
    at: fc.nat(7),
    letter: fc.constantFrom("x", "q", ""),
  });
  fc.assert(
    fc.property(slip, ({ word, at, letter }) => {
      const mistyped = word.slice(0, at) + letter + word.slice(at + 1);
      expect(findNearest(mistyped, ["policies", "subWindows", "requestDirectives"])).toBe(word);
    }),
  );
});

test("findNearest() answers a known word or none for any word, in bounded time", () => {
  fc.assert(
    fc.property(anyText, (word) => {
      expect([...KNOWN, undefined]).toContain(findNearest(word, KNOWN));
    }),
  );
  const startMs = performance.now();
  findNearest("x".repeat(1_000_000), Array(100).fill("y".repeat(10_000)) as string[]);
  expect(performance.now() - startMs).toBeLessThan(2_000);
});
