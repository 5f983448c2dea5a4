// The site of the documents: every document is a page, every link of every page leads somewhere, and every section is found.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, posix } from "node:path";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { documents, readHeadings } from "../../project/markdown.ts";
import { KEYS, listPages, toTarget } from "../../../tools/site/pages.ts";
import { renderMarkdown } from "../../../tools/site/render-markdown.ts";
import { writeSite } from "../../../tools/site/write-site.ts";

const folder = mkdtempSync(join(tmpdir(), "headgate-site-"));
let count = 0;
beforeAll(async () => {
  count = await writeSite(folder);
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const readPage = (target: string): string => readFileSync(join(folder, target), "utf8");
const readAll = (html: string, attribute: string): readonly string[] =>
  [...html.matchAll(new RegExp(` ${attribute}="([^"]*)"`, "g"))].map(([, value = ""]) => value);

const sources = [...documents, KEYS];
const targets = sources.map(toTarget);

test("every document is a page, which all pages list", () => {
  expect(count).toBe(sources.length);
  const pages = listPages();
  expect(pages.map(({ target }) => target).toSorted()).toEqual(targets.toSorted());
  expect(pages[0]?.target).toBe("index.html");
  const [, list = ""] = readPage("docs/cli.html").split("<nav");
  for (const { target } of pages) expect(list).toContain(`href="${posix.relative("docs", target)}"`);
});

test.each(targets)("%s has links that lead somewhere, and names once", (target) => {
  const html = readPage(target);
  const names = readAll(html, "id");
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  const local = [...readAll(html, "href"), ...readAll(html, "src")].filter(
    (link) => !/^(?:https?|data):/.test(link),
  );
  const broken = local.filter((link) => {
    const [path = "", anchor] = link.split("#", 2);
    const file = path === "" ? target : posix.join(posix.dirname(target), path);
    if (!existsSync(join(folder, file))) return true;
    return anchor !== undefined && !readAll(readPage(file), "id").includes(anchor);
  });
  expect(broken).toEqual([]);
  expect(local.filter((link) => /\.md(?:#|$)/.test(link))).toEqual([]);
  expect([...html.matchAll(/<img (?![^>]* alt="[^"]+)/g)]).toEqual([]);
});

test("the search has every section with its words", () => {
  const context: { HEADGATE_WORDS?: readonly (readonly string[])[] } = {};
  runInNewContext(readPage("search-words.js"), context);
  const words = context.HEADGATE_WORDS ?? [];
  const wanted = listPages().flatMap(({ markdown, target }) => readHeadings(markdown).map(() => target));
  expect(words.map(([target]) => target).toSorted()).toEqual(wanted.toSorted());
  const permits = words.find(([, anchor]) => anchor === "permits");
  expect(permits?.slice(0, 4)).toEqual([
    "docs/configuration/policies.html",
    "permits",
    "Policies and algorithms",
    "Permits",
  ]);
  expect(permits?.[4]).toContain("concurrency");
});

test("one page has every key by its whole name", () => {
  const html = readPage(toTarget(KEYS));
  const names = [...html.matchAll(/<tr><td><code>([^<]*)<\/code>/g)].map(([, name = ""]) => name);
  expect(names.length).toBeGreaterThan(200);
  expect(names).toEqual(names.toSorted());
  for (const name of [
    "origin",
    "origins.&lt;name&gt;.members[].weight",
    "policies.&lt;name&gt;.burst",
    "routes[].cache.ttl",
  ])
    expect(names).toContain(name);
});

describe("renderMarkdown()", () => {
  const render = (markdown: string): string => renderMarkdown(markdown, (link) => `to:${link}`).html;

  test("leaves HTML the text that it is", () => {
    expect(render("a <script>alert(1)</script> b")).toBe(
      "<p>a &lt;script&gt;alert(1)&lt;/script&gt; b</p>\n",
    );
    expect(render('```ts\n"<b>"\n```')).toContain("<code>&quot;&lt;b&gt;&quot;\n</code>");
  });

  test("names headings as GitHub does, the second of a name with a number", () => {
    expect(
      renderMarkdown("## `quota-exceeded` (429)\n\none\n\n## Cache\n\n## Cache\n\ntwo", String).sections,
    ).toEqual([
      { anchor: "quota-exceeded-429", title: "quota-exceeded (429)", text: " quota-exceeded (429) one" },
      { anchor: "cache", title: "Cache", text: " Cache" },
      { anchor: "cache-1", title: "Cache", text: " Cache two" },
    ]);
  });

  test("puts a table into a box that scrolls, with a name, and asks where each link leads", () => {
    const html = render("| key | default |\n| --- | --- |\n| [`a`](b.md#c) | `1 \\| 2` |");
    expect(html).toContain(
      '<div class="table" tabindex="0" role="region" aria-label="Table of key, default">',
    );
    expect(html).toContain('<td><a href="to:b.md#c"><code>a</code></a></td><td><code>1 | 2</code></td>');
  });
});
