// Every link from one document to another leads to a file, and to a heading where it names one.

import { existsSync } from "node:fs";
import { dirname, join, normalize, resolve } from "node:path";
import { expect, test } from "vitest";
import { documents, PROJECT_FOLDER, readHeadings, readText, toAnchor } from "./markdown.ts";

function isBroken(link: string, from: string): boolean {
  const [path = "", anchor] = link.split("#", 2);
  const target = path === "" ? from : normalize(join(dirname(from), path));
  if (!existsSync(resolve(PROJECT_FOLDER, target))) return true;
  return (
    anchor !== undefined && !readHeadings(readText(target)).some(({ text }) => toAnchor(text) === anchor)
  );
}

test.each(documents)("%s has no link that leads nowhere", (document) => {
  const links = [...readText(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const local = links.filter((link) => !/^https?:/.test(link));
  expect(local.filter((link) => isBroken(link, document))).toEqual([]);
});
