// No file of the repository names a folder of the machine it was written on, or a package registry.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { expect, test } from "vitest";
import { PROJECT_FOLDER } from "./markdown.ts";

/** Put together here, or this file would be the first to be found. */
const FOLDERS = ["work", "root", "home", "Users", "tmp"].join("|");
const MACHINE_PATH = new RegExp(String.raw`(?:^|[\s"'\x60(=:,])/(?:${FOLDERS})/[\w.-]+`, "m");
const DRIVE_PATH = /\b[A-Z]:\\\\?Users\b/;
const REGISTRY = new RegExp(
  String.raw`\b(?:registry|npm|pypi|artifactory|verdaccio)\.[\w-]+\.(?:org|com|net|io)\b`,
);

/** What is committed, and what would be by the next "add": not what is ignored. */
function listFiles(): readonly string[] {
  const options = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
  const listed = execFileSync("git", options, { cwd: PROJECT_FOLDER, encoding: "utf8" });
  return listed.split("\0").filter((name) => name !== "");
}

function findLine(name: string, pattern: RegExp): string | undefined {
  let text: string;
  try {
    text = readFileSync(resolve(PROJECT_FOLDER, name), "utf8");
  } catch {
    // Deleted, and not yet committed so.
    return undefined;
  }
  const found = pattern.exec(text);
  return found === null ? undefined : `${name}: ${found[0].trim()}`;
}

test.each([
  ["a folder of somebody's machine", MACHINE_PATH],
  ["a folder of somebody's Windows machine", DRIVE_PATH],
  ["a package registry", REGISTRY],
])("no file names %s", (_what, pattern) => {
  const files = listFiles();
  expect(files).toContain("package.json");
  expect(files.map((name) => findLine(name, pattern)).filter((line) => line !== undefined)).toEqual([]);
});
