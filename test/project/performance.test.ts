// docs/performance.md against the bench: every workload and every column is explained, and both sections can be written.

import { describe, expect, test } from "vitest";
import { replaceSection } from "../../bench/report/replace-section.ts";
import { toTable } from "../../bench/report/table.ts";
import { workloads } from "../../bench/workloads/registry.ts";
import { WORLD_HEAD } from "../../bench/world/world-report.ts";
import { findTable, readText } from "./markdown.ts";

const document = readText("docs/performance.md");

describe("docs/performance.md", () => {
  test.each(["bench", "world", "leases"])("has a section %s for a program to write", (name) => {
    const written = replaceSection(document, { name, body: "figures" });
    expect(written).toContain(`<!-- ${name}:begin -->\n\nfigures\n\n<!-- ${name}:end -->`);
  });

  test("says of every workload what is sent", () => {
    const { rows } = findTable(document, ["workload", "what is sent"]);
    expect(rows.map(([name]) => name)).toEqual(workloads.map(({ name }) => `\`${name}\``));
  });

  test("says of every column with the world in between what it is", () => {
    const [, world = ""] = document.split("<!-- world:end -->");
    const { rows } = findTable(world, ["column"]);
    const explained = rows.flatMap(([names = ""]) => names.split(", "));
    const unexplained = WORLD_HEAD.filter((title) => !explained.some((name) => title.startsWith(name)));
    expect(unexplained).toEqual(["request", "contender"]);
  });

  test("says of every column what it is", () => {
    const [, measured = ""] = document.split("## What is measured");
    const { rows } = findTable(measured, ["column"]);
    const explained = rows.flatMap(([names = ""]) => names.split(", "));
    const [head = ""] = toTable([]).split("\n");
    const columns = head.split("|").map((cell) => cell.trim());
    const unexplained = columns.filter(
      (title) => !explained.some((name) => title.startsWith(name)) && title !== "",
    );
    expect(unexplained).toEqual(["contender", "workload"]);
  });
});
