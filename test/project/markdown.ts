// Reads the project's documents: tables, headings and code blocks, as far as the tests here need them.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const PROJECT_FOLDER = resolve(import.meta.dirname, "../..");

export interface Table {
  /** The text of the nearest second-level heading above. */
  readonly section: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface CodeBlock {
  readonly language: string;
  readonly text: string;
}

export interface Heading {
  readonly level: number;
  readonly text: string;
  readonly section: string;
  /** What stands below it, up to the next heading. */
  readonly body: string;
}

export function readText(path: string): string {
  return readFileSync(resolve(PROJECT_FOLDER, path), "utf8");
}

/** Every document for people. */
export const documents: readonly string[] = [
  ...readdirSync(PROJECT_FOLDER),
  ...readdirSync(resolve(PROJECT_FOLDER, "docs"), { recursive: true, encoding: "utf8" }).map((path) =>
    join("docs", path),
  ),
]
  .filter((path) => path.endsWith(".md"))
  .sort();

/** Every page that has keys of a configuration. */
export const configurationPages: readonly string[] = readdirSync(
  resolve(PROJECT_FOLDER, "docs/configuration"),
)
  .filter((name) => name.endsWith(".md"))
  .sort()
  .map((name) => `docs/configuration/${name}`);

/** What stands on all of them, for readers of tables: a section has its name on one page alone. */
export const readConfigurationPages = (): string => configurationPages.map(readText).join("\n");

/** As GitHub names a heading: lower case, spaces as hyphens, without punctuation. */
export function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, "")
    .replaceAll(" ", "-");
}

/** Headings, without those that stand in code blocks. */
export function readHeadings(markdown: string): readonly Heading[] {
  const headings: { level: number; text: string; section: string; body: string }[] = [];
  let section = "";
  for (const line of withoutCode(markdown).split("\n")) {
    const [, marks = "", text = ""] = /^(#{1,6}) (.+)$/.exec(line) ?? [];
    if (marks === "") {
      const last = headings.at(-1);
      if (last !== undefined) last.body += `${line}\n`;
      continue;
    }
    if (marks.length === 2) section = text;
    headings.push({ level: marks.length, text, section, body: "" });
  }
  return headings;
}

export function readTables(markdown: string): readonly Table[] {
  const tables: { section: string; head: readonly string[]; rows: (readonly string[])[] }[] = [];
  let section = "";
  let isInside = false;
  for (const line of withoutCode(markdown).split("\n")) {
    section = /^## (.+)$/.exec(line)?.[1] ?? section;
    if (!line.startsWith("|")) {
      isInside = false;
      continue;
    }
    const cells = toCells(line);
    if (!isInside) tables.push({ section, head: cells, rows: [] });
    else if (!cells.every((cell) => /^:?-+:?$/.test(cell))) tables.at(-1)?.rows.push(cells);
    isInside = true;
  }
  return tables;
}

/** Every table whose head begins so. */
export function findTables(markdown: string, head: readonly string[]): readonly Table[] {
  return readTables(markdown).filter((one) => head.every((cell, index) => one.head[index] === cell));
}

/** The table whose head begins with these cells, in this section where it is given. */
export function findTable(markdown: string, head: readonly string[], section?: string): Table {
  const table = findTables(markdown, head).find((one) => section === undefined || one.section === section);
  if (table === undefined) throw new Error(`Cannot find a table of ${head.join(", ")} in ${section ?? "it"}`);
  return table;
}

export function readCodeBlocks(markdown: string): readonly CodeBlock[] {
  const blocks = markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, language = "", text = ""]) => ({ language, text }));
}

/** The text of every `code` in a cell or a line. */
export function readCodes(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code = ""]) => code);
}

export function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^```[\s\S]*?^```$/gm, "");
}

/** A bar that is written "\|" belongs to its cell. */
function toCells(line: string): readonly string[] {
  return line
    .replace(/^\|/, "")
    .replace(/\|\s*$/, "")
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim());
}
