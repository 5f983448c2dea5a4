// The tables of README.md name every test of this folder, only tests that exist, and leave no cell of a row empty.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const OWN = "requirements.test.ts";
/** In place of a file: the platform stands in the way, and the next cell says what was tried. */
const CANNOT = "cannot";
const REASON_LENGTH_MIN = 80;

interface Row {
  readonly cells: readonly string[];
  readonly file: string;
  readonly test: string;
}

/** The rows of those tables whose last two columns are "file" and "test". */
function readRows(): readonly Row[] {
  const rows: Row[] = [];
  let isListing = false;
  for (const line of readFileSync(join(import.meta.dirname, "README.md"), "utf8").split("\n")) {
    const cells = line.startsWith("| ") ? line.slice(2, -2).split(" | ") : [];
    const [file = "", test = ""] = cells.slice(-2).map((cell) => cell.trim());
    if (cells.length === 0) isListing = false;
    else if (file === "file" && test === "test") isListing = true;
    else if (isListing && !file.startsWith("---")) rows.push({ cells, file, test });
  }
  return rows;
}

/** A group's or a case's title: a text that is followed by a function, after describe, it, or the call of it.each. */
const TITLE = /(?<call>\bdescribe\(|\bit\(|\)\()\s*(?<title>"(?:[^"\\]|\\.)*"),\s*(?:async\s*)?\(/g;

/** Full names, as vitest prints them. */
function readNames(file: string): readonly string[] {
  const names: string[] = [];
  let group = "";
  for (const { groups } of readFileSync(join(import.meta.dirname, file), "utf8").matchAll(TITLE)) {
    const title = JSON.parse(groups?.["title"] ?? '""') as string;
    if (groups?.["call"] === "describe(") group = `${title} > `;
    else names.push(group + title);
  }
  return names;
}

const rows = readRows();
/** What is no specification's is in the table of the folder above. */
const elsewhere = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
const files = readdirSync(import.meta.dirname).filter(
  (file) => file.endsWith(".test.ts") && file !== OWN && !elsewhere.includes(`| cache/${file} |`),
);
const names = new Map(files.map((file) => [file, readNames(file)]));

describe("README.md", () => {
  it("has no empty cell", () => {
    expect(rows.length).toBeGreaterThan(150);
    expect(rows.filter(({ cells }) => cells.some((cell) => cell.trim() === ""))).toEqual([]);
  });

  it("names only tests that exist, and says what was tried where there can be none", () => {
    const wrong = rows.filter(({ file, test }) =>
      file === CANNOT ? test.length < REASON_LENGTH_MIN : names.get(file)?.includes(test) !== true,
    );
    expect(wrong.map(({ file, test }) => `${file}: ${test}`)).toEqual([]);
  });

  it.each(files)("names every test of %s", (file) => {
    const named = new Set(rows.filter((row) => row.file === file).map(({ test }) => test));
    expect(names.get(file)?.length).toBeGreaterThan(0);
    expect(names.get(file)?.filter((name) => !named.has(name))).toEqual([]);
  });
});
