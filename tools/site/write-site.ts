// The documents as a folder of pages that need no server: every Markdown document, the files that documents lead to, a list
// of words for the search, one stylesheet and one script.

import { copyFile, cp, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, posix, resolve } from "node:path";
import { PROJECT_FOLDER } from "../../test/project/markdown.ts";
import { listPages, type Page, toTarget } from "./pages.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { renderPage, toRelative } from "./render-page.ts";

/** A line of the search: page, anchor, title of the page, of the section, words. */
type Found = readonly [target: string, anchor: string, page: string, section: string, text: string];

/** Empties the folder first. Resolves with how many pages there are. */
export async function writeSite(folder: string): Promise<number> {
  const pages = listPages();
  const files = new Set<string>();
  const found: Found[] = [];
  await rm(folder, { recursive: true, force: true });
  for (const page of pages) {
    const { html, sections } = renderMarkdown(page.markdown, (link) => toHref(link, page, pages, files));
    found.push(
      ...sections.map(({ anchor, title, text }): Found => [page.target, anchor, page.title, title, text]),
    );
    await write(join(folder, page.target), renderPage(page, pages, html));
  }
  for (const file of files) {
    await cp(resolve(PROJECT_FOLDER, file), join(folder, file), { recursive: true, filter: isOurs });
  }
  // A script and not JSON: pages that are opened from a folder may fetch nothing.
  await write(join(folder, "search-words.js"), `globalThis.HEADGATE_WORDS = ${JSON.stringify(found)};\n`);
  for (const name of ["site.css", "search.js"])
    await copyFile(join(import.meta.dirname, name), join(folder, name));
  return pages.length;
}

/** A folder comes whole, without the packages that somebody has installed in it. */
const isOurs = (path: string): boolean => !path.slice(PROJECT_FOLDER.length).includes("node_modules");

/** Notes down files that are no pages, so that they come along. */
function toHref(link: string, page: Page, pages: readonly Page[], files: Set<string>): string {
  if (/^(?:https?:|#)/.test(link)) return link;
  const [path = "", anchor] = link.split("#", 2);
  const source = posix.join(posix.dirname(page.source), path);
  // A folder of documents: its first page.
  const first = pages.find((one) => posix.dirname(one.source) === source);
  const target = first?.target ?? (source.endsWith(".md") ? toTarget(source) : source);
  if (first === undefined && !source.endsWith(".md")) files.add(source);
  return `${toRelative(page, target)}${anchor === undefined ? "" : `#${anchor}`}`;
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
