// One line a limiter in the short table, one table a probe in the long ones.

import { expect, test } from "vitest";
import { toLongTables, toShortTable } from "../../../bench/compare/compare-report.ts";
import { probes } from "../../../bench/compare/probes/registry.ts";
import { subjects } from "../../../bench/compare/subjects/registry.ts";

const compared = subjects.map((subject) => ({
  subject,
  cells: probes.map((probe) => ({ probe, cell: { text: `${subject.name} ${probe.name}`, badness: 0 } })),
}));

test("the short table has a line for each limiter, and finds all of its columns", () => {
  const lines = toShortTable(compared).split("\n");
  expect(lines).toHaveLength(subjects.length + 2);
  expect(lines[2]).toContain("headgate window-10");
  expect(lines[0]?.split("|")).toHaveLength(12);
});

test("each probe has a heading, a sentence and a table of all limiters with their settings", () => {
  const tables = toLongTables(compared);
  for (const probe of probes) expect(tables).toContain(`### ${probe.title}\n\n${probe.explanation}`);
  for (const { name, settings } of subjects) {
    expect(tables).toContain(`${name} ${probes[0]?.name}`);
    expect(tables).toContain(settings);
  }
});

test("names are there once", () => {
  for (const names of [probes, subjects].map((list) => list.map(({ name }) => name)))
    expect(new Set(names).size).toBe(names.length);
});
