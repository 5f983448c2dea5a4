import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesWildcard, toWildcard } from "../../../src/core/access/wildcard.ts";

test.each([
  ["", "", true],
  ["", "a", false],
  ["*", "", true],
  ["*", "anything", true],
  ["bot", "bot", true],
  ["bot", "abot", false],
  ["*bot*", "a bot b", true],
  ["BOT/*", "bot/1", true],
  ["*bot", "bot bot", true],
  ["a*a", "a", false],
  ["a*b*c", "aXbYc", true],
  ["a*b*c", "aXcYb", false],
  ["*ab*ab", "ab", false],
  ["*.*", "regexp", false],
  ["(.+)+$", "aaaa", false],
])("%j of %j is %s", (pattern, text, wanted) => {
  expect(matchesWildcard(toWildcard(pattern), text)).toBe(wanted);
});

test("says what a regular expression says", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
  const text = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
  fc.assert(
    fc.property(letters, text, (pattern, asked) => {
      const wanted = new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(asked);
      expect(matchesWildcard(toWildcard(pattern), asked)).toBe(wanted);
    }),
  );
});
