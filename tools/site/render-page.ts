// A whole page: the list of pages, a search, and the document. It works from a folder, without a server.

import { posix } from "node:path";
import type { Page } from "./pages.ts";
import { escapeHtml } from "./render-markdown.ts";

/** From one page to a path of the site. */
export function toRelative(from: Page, target: string): string {
  return posix.relative(posix.dirname(from.target), target);
}

export function renderPage(page: Page, pages: readonly Page[], html: string): string {
  const root = "../".repeat(page.target.split("/").length - 1);
  const title = page.target === "index.html" ? "Headgate" : `${page.title} - Headgate`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="${root}site.css">
<script src="${root}search.js" defer></script>
</head>
<body data-root="${root}">
<a class="skip" href="#site-page">Skip to the page</a>
<header>
<a class="name" href="${root}index.html">Headgate</a>
<search>
<input id="site-search" type="search" placeholder="Search" aria-label="Search all pages" autocomplete="off" aria-controls="site-results">
<div id="site-results" role="region" aria-label="Search results" aria-live="polite" hidden></div>
</search>
</header>
<div class="columns">
<nav aria-label="Pages">
<details class="pages" open>
<summary>Pages</summary>
${renderList(page, pages)}</details>
</nav>
<main id="site-page">
${html}</main>
</div>
</body>
</html>
`;
}

function renderList(page: Page, pages: readonly Page[]): string {
  return [...Map.groupBy(pages, ({ group }) => group)]
    .map(([group, members]) => {
      const items = members.map((member) => {
        const current = member === page ? ' aria-current="page"' : "";
        return `<li><a href="${toRelative(page, member.target)}"${current}>${escapeHtml(member.title)}</a></li>`;
      });
      const open = members.includes(page) || group !== "Decisions" ? " open" : "";
      return `<details${open}><summary>${group}</summary>\n<ul>\n${items.join("\n")}\n</ul>\n</details>\n`;
    })
    .join("");
}
