import * as fc from "fast-check";
import { expect, test } from "vitest";
import { foldName } from "../../../src/core/http/field-name.ts";

test.each([
  ["x-tier", "x-tier"],
  ["X-Tier", "x-tier"],
  ["X_Tier", "x-tier"],
  ["x.tier", "x-tier"],
  ["X!Tier", "x-tier"],
  ["x~tier", "x-tier"],
  ["x--tier", "x--tier"],
  ["x1-2", "x1-2"],
  ["__proto__", "--proto--"],
])("foldName() of %s is %s", (name, folded) => {
  expect(foldName(name)).toBe(folded);
});

test("foldName() makes one of all names that differ in case and in what is no letter or digit", () => {
  const character = fc.constantFrom(...Array.from("!#$%&'*+-.^_`|~09azAZ"));
  fc.assert(
    fc.property(fc.array(character, { minLength: 1 }), (characters) => {
      const name = characters.join("");
      const cgi = (text: string): string => text.toUpperCase().replace(/[^A-Z0-9]/g, "_");
      expect(cgi(foldName(name))).toBe(cgi(name));
      expect(foldName(name)).toMatch(/^[a-z0-9-]+$/);
      expect(foldName(foldName(name))).toBe(foldName(name));
    }),
  );
});
