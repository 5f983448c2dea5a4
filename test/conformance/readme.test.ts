// The table in README.md names every test file and only tests that exist.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const OWN = "readme.test.ts";
/** Its README.md has what is not here, section by section of the specifications. */
const hasOwnTable = (file: string): boolean => file.startsWith("cache/");

interface Row {
  readonly file: string;
  readonly test: string;
}

function readRows(): readonly Row[] {
  const lines = readFileSync(join(import.meta.dirname, "README.md"), "utf8").split("\n");
  const cells = lines
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  return cells
    .map(([, , , file = "", test = ""]) => ({ file, test: test.replaceAll("\\", "") }))
    .filter(({ file }) => file.endsWith(".test.ts"));
}

describe("README.md", () => {
  it("names every test file", () => {
    const files = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" }).filter(
      (file) => file.endsWith(".test.ts") && file !== OWN && !hasOwnTable(file),
    );
    const named = new Set(readRows().map(({ file }) => file));
    expect(files.filter((file) => !named.has(file))).toEqual([]);
  });

  it.each(readRows())("names what is in $file: $test", ({ file, test }) => {
    expect(readFileSync(join(import.meta.dirname, file), "utf8")).toContain(test);
  });
});
