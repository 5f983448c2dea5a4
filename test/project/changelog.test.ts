// CHANGELOG.md is one list: what is not released stands under one heading, and nothing stands twice.

import { expect, test } from "vitest";
import { readHeadings, readText } from "./markdown.ts";

const changelog = readText("CHANGELOG.md");

test("CHANGELOG.md has one heading for what is not released, and each kind of change once", () => {
  const headings = readHeadings(changelog);
  expect(headings.filter(({ text }) => /unreleased/i.test(text))).toHaveLength(1);
  const kinds = headings.filter(({ level, section }) => level === 3 && section === "[Unreleased]");
  expect(kinds.map(({ text }) => text)).toEqual(["Added", "Changed", "Fixed"]);
});

test("CHANGELOG.md says nothing twice", () => {
  const entries = changelog
    .split(/^- /m)
    .slice(1)
    .map((entry) => entry.split("\n\n")[0]?.replaceAll(/\s+/g, " ").trim());
  expect(entries.length).toBeGreaterThan(50);
  expect(entries.filter((entry, index) => entries.indexOf(entry) !== index)).toEqual([]);
});
