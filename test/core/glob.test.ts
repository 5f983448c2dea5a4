// Patterns of operators, against a naive reading of them.

import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesGlob, parseGlob } from "../../src/core/glob.ts";
import { toRuns } from "../property-runs.ts";

test.each([
  ["acme", "acme", true],
  ["acme", "acme2", false],
  ["acme-*", "acme-", true],
  ["acme-*", "acme", false],
  ["*", "", true],
  ["a*b*c", "abc", true],
  ["a*b*c", "a-c", false],
  ["a*a", "a", false],
  ["*ab*ab", "ab", false],
  ["ACME", "acme", false],
])("matchesGlob() of %s and %s is %s", (pattern, text, wanted) => {
  expect(matchesGlob(parseGlob(pattern), text)).toBe(wanted);
});

/** Tries everything that a wildcard may stand for. */
function matchesNaively(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  if (pattern.startsWith("*"))
    return Array.from({ length: text.length + 1 }, (_, at) => text.slice(at)).some((rest) =>
      matchesNaively(pattern.slice(1), rest),
    );
  return text !== "" && pattern[0] === text[0] && matchesNaively(pattern.slice(1), text.slice(1));
}

test("matchesGlob() agrees with trying everything", () => {
  const letters = (alphabet: string, maxLength: number): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom(...alphabet.split("")), { maxLength }).map((chars) => chars.join(""));
  fc.assert(
    fc.property(letters("ab*", 8), letters("ab", 8), (pattern, text) => {
      expect(matchesGlob(parseGlob(pattern), text)).toBe(matchesNaively(pattern, text));
    }),
    { numRuns: toRuns(3_000) },
  );
});
