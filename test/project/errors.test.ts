// docs/errors.md against the code: a heading for every code that a client, an operator or the log can meet, with the right
// status, and no heading for one that nobody can.

import { readdirSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { SAMPLED_EVENTS } from "../../src/core/log/log-settings.ts";
import { commands } from "../../src/cli/headgate/commands.ts";
import { parseArguments } from "../../src/cli/headgate/parse-arguments.ts";
import type { ProblemDefinition } from "../../src/core/http/limit-problems.ts";
import { problems } from "../../src/core/http/problems.ts";
import { PROJECT_FOLDER, readCodeBlocks, readHeadings, readText } from "./markdown.ts";

const headings = readHeadings(readText("docs/errors.md")).filter(({ level }) => level === 3);

const toTitles = (section: string): readonly string[] =>
  headings.filter((heading) => heading.section === section).map(({ text }) => text);

/** The source of every file below a folder. */
function readFiles(folder: string): readonly string[] {
  const names = readdirSync(resolve(PROJECT_FOLDER, folder), { recursive: true, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".ts")).map((name) => readText(`${folder}/${name}`));
}

const readSources = (folder: string): string => readFiles(folder).join("\n");

/** Whatever a configuration's problems are made by: files that speak of Problem, or of its schemas. */
function readParsers(): string {
  return readFiles("src/core")
    .filter((source) => /\bProblem\b|\btoInvalid\b/.test(source))
    .join("\n");
}

/** What a pattern's first group finds, each once. */
function findAll(text: string, pattern: RegExp): readonly string[] {
  return [...new Set([...text.matchAll(pattern)].map(([, found = ""]) => found))];
}

/** The codes in `code: "a"`, `code = "a"` and `code: condition ? "a" : "b"`. */
function findProblemCodes(source: string): readonly string[] {
  const values = findAll(source, /\bcode(?::| =) ([^;,}]*)/g).join("\n");
  return findAll(values, /(?:^|\? |: )"([a-z-]+)"/gm);
}

/** The commands below each heading, as they are typed after "npx headgate". */
function readCommands(): readonly (readonly [heading: string, commands: readonly string[]])[] {
  const parts = readText("docs/errors.md").split(/^### /m).slice(1);
  return parts.map((part) => {
    const [title = "", ...lines] = part.split("\n");
    const shell = readCodeBlocks(lines.join("\n")).filter(({ language }) => language === "sh");
    const typed = shell.flatMap(({ text }) => text.split("\n")).filter((line) => line !== "");
    return [title, typed.map((line) => line.replace(/^npx headgate /, ""))] as const;
  });
}

describe("what the operator does", () => {
  const all = readCommands();

  test("stands under every heading, as commands", () => {
    expect(all.map(([title]) => title)).toEqual(headings.map(({ text }) => text));
    expect(all.filter(([, typed]) => typed.length === 0)).toEqual([]);
  });

  test.each(all.flatMap(([title, typed]) => typed.map((command) => [title, command] as const)))(
    "%s: headgate %s is a command with these options",
    (_title, typed) => {
      const argv = [...typed.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? "");
      // The parser throws for what it does not know, and for what is missing.
      expect(parseArguments(argv, commands).command).toBeDefined();
    },
  );
});

describe("docs/errors.md", () => {
  test("has a heading with its status for every problem, and no other", () => {
    const wanted = Object.entries(problems).map(([code, { status }]) => `\`${code}\` (${status})`);
    expect(toTitles("Problems")).toEqual(wanted);
  });

  test.each(Object.entries(problems) as [string, ProblemDefinition][])(
    "says of %s what Proxy-Status says, and what client and operator can do",
    (code, { proxyError }) => {
      const { body = "" } =
        headings.find(({ section, text }) => section === "Problems" && text.startsWith(`\`${code}\``)) ?? {};
      expect(body).toContain(`error=${proxyError}\``);
      expect(body).toMatch(/^- Client: .+[\s\S]+^- Operator: ./m);
    },
  );

  test("has a heading for every problem of the admin API", () => {
    const wanted = [...readSources("src/admin").matchAll(/toProblem\((\d{3}), "([a-z-]+)"/g)].map(
      ([, status, code]) => `\`${code}\` (${status})`,
    );
    expect(wanted.length).toBeGreaterThan(0);
    expect([...toTitles("Admin problems")].sort()).toEqual([...new Set(wanted)].sort());
  });

  test("has a heading for every problem of the portal", () => {
    const wanted = [
      ...readSources("src/portal").matchAll(/(?:\btoProblem\(|\brefuse\(|\[)\s*(\d{3}),\s*"([a-z-]+)"/g),
    ].map(([, status, code]) => `\`${code}\` (${status})`);
    expect(wanted.length).toBeGreaterThan(0);
    expect([...toTitles("Portal problems")].sort()).toEqual([...new Set(wanted)].sort());
  });

  test("has a heading for every configuration problem", () => {
    const codes = findProblemCodes(readParsers());
    expect(codes.length).toBeGreaterThan(1);
    expect([...toTitles("Configuration problems")].sort()).toEqual(codes.map((code) => `\`${code}\``).sort());
  });

  test("has a heading for every log event", () => {
    const written = findAll(readSources("src"), /\bwriteLog\("([a-z-]+)"/g);
    expect(written.length).toBeGreaterThan(0);
    const wanted = [...SAMPLED_EVENTS, ...written].map((event) => `\`${event}\``);
    expect([...toTitles("Log events")].sort()).toEqual(wanted.sort());
  });
});
