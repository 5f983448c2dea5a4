// README.md against the code: the table of algorithms is the registry's, the first configuration is the one that comes
// with the project, and what a newcomer sees first.

import { describe, expect, test } from "vitest";
import { algorithmFacts } from "../../src/core/algorithms/algorithm-facts.ts";
import { type AlgorithmName, algorithms } from "../../src/core/algorithms/registry.ts";
import { findTable, readCodeBlocks, readCodes, readConfigurationPages, readText } from "./markdown.ts";

const readme = readText("README.md");
function toScripts(text: string): readonly string[] {
  const named = [...text.matchAll(/\bnpm (?:run (?:--silent )?([\w:-]+)|(start|test)\b)/g)];
  return named.map(([, run, lifecycle]) => run ?? lifecycle ?? "");
}

describe("README.md", () => {
  test("has the registry's algorithms with their facts, in its order", () => {
    const { rows } = findTable(readme, ["algorithm"]);
    const registered = Object.keys(algorithms).map((name) => {
      const { useFor, exact, worstCase, burst } = algorithmFacts[name as AlgorithmName];
      return [`\`${name}\``, useFor, exact, worstCase, burst];
    });
    expect(rows).toEqual(registered);
  });

  test("compares with other limiters by rows and columns of docs/comparison.md", () => {
    const ours = findTable(readme, ["limiter"]);
    const measured = findTable(readText("docs/comparison.md"), ["limiter", "algorithm"]);
    const at = ours.head.map((column) => measured.head.indexOf(column));
    const rows = ours.rows.map(([limiter]) => {
      const row = measured.rows.find(([name]) => name === limiter) ?? [];
      return at.map((index) => row[index]);
    });
    expect(ours.rows.length).toBeGreaterThan(5);
    expect(ours.rows.filter(([limiter = ""]) => !limiter.startsWith("Headgate")).length).toBeGreaterThan(3);
    expect(ours.rows).toEqual(rows);
  });

  test("leaves what an algorithm stores to docs/configuration", () => {
    const { rows } = findTable(readConfigurationPages(), ["algorithm", "stored for each key"]);
    const registered = Object.keys(algorithms).map((name) => [
      `\`${name}\``,
      algorithmFacts[name as AlgorithmName].storage,
    ]);
    expect(rows).toEqual(registered);
  });

  test("shows first the configuration that comes with the project, in at most twelve lines", () => {
    const first = readCodeBlocks(readme).find(({ language }) => language === "ts");
    const lines = (first?.text ?? "").trimEnd().split("\n");
    expect(lines.length).toBeLessThanOrEqual(12);
    const written = readText("headgate.config.ts").split("\n");
    expect(lines).toEqual(
      // How many objects count says nothing of what is limited.
      written
        .slice(written.indexOf(lines[0] ?? ""))
        .filter((line) => line !== "" && !/^\s*(\/\/|counters:)/.test(line)),
    );
  });

  test("has a row for each command that a newcomer expects", () => {
    const rows = findTable(readme, ["command"]).rows.flatMap(([command = ""]) => toScripts(command));
    expect(rows).toEqual([
      "start",
      "dev",
      "test",
      "check",
      "bench",
      "prove",
      "prove:outbound",
      "headgate",
      "graph",
      "build",
      "deploy",
    ]);
  });

  test("shows answers of a 200, a 429 and a cache hit", () => {
    const shown = readCodeBlocks(readme).filter(({ language }) => language === "console");
    const statuses = shown.map(({ text }) => /^HTTP\/1\.1 (\d{3})/m.exec(text)?.[1]);
    expect(statuses).toEqual(["200", "429", "200"]);
    expect(shown[2]?.text).toMatch(/^Cache-Status: headgate; hit/m);
  });

  test("says what it is for and for whom, then two commands, three answers, and then its number", () => {
    const [screen = ""] = readme.split("\n## ");
    const blocks = readCodeBlocks(screen);
    expect(blocks.map(({ language }) => language)).toEqual(["sh", "ts", "console", "console", "console"]);
    expect((blocks[0]?.text ?? "").trim().split("\n")).toHaveLength(2);
    const paragraphs = screen.split("\n\n");
    expect(paragraphs[1]).toMatch(
      /^Per-customer limits, API keys and caching in front of any API, on your own/,
    );
    expect(paragraphs[1]).not.toMatch(/\d/);
    const measured = paragraphs.at(-1) ?? "";
    expect(measured).toMatch(/\d/);
    expect(readCodes(measured)).toContain("npm run bench");
  });
});
