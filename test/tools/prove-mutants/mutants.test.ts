// Mutants whose line is gone prove nothing; `npm run prove:mutants` plays them all.

import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { MUTANTS } from "../../../tools/prove-mutants/mutants.ts";
import { breakLine } from "../../../tools/prove-mutants/play-mutant.ts";

test.each(MUTANTS)("$promise: its line is there, and can be broken", async (mutant) => {
  const whole = await readFile(mutant.file, "utf8");
  expect(breakLine(whole, mutant)).not.toBe(whole);
});

test("a line that is not there, or twice, is said", () => {
  const mutant = { file: "a.ts", from: "x", to: "y" };
  expect(breakLine("axb", mutant)).toBe("ayb");
  for (const text of ["ab", "axbx"])
    expect(() => breakLine(text, mutant)).toThrow("mutants.ts wants it once");
});
