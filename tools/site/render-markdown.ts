// A document as HTML: headings with GitHub's anchors, links to pages in place of links to documents, and whatever can be
// wider than a phone in a box that scrolls by itself. HTML in a document stays the text that it is.

import { Marked, type Tokens } from "marked";
import { toAnchor } from "../../test/project/markdown.ts";

export interface Section {
  readonly anchor: string;
  readonly title: string;
  /** Words to find it by. */
  readonly text: string;
}

export interface Rendered {
  readonly html: string;
  readonly sections: readonly Section[];
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}

/** `toHref` makes a page's link of a document's. */
export function renderMarkdown(markdown: string, toHref: (link: string) => string): Rendered {
  const sections: { anchor: string; title: string; text: string }[] = [];
  const used = new Map<string, number>();
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth, text }): string {
        const anchor = toUnused(toAnchor(text), used);
        const title = text.replaceAll(/[`*]|\[([^\]]*)\]\([^)]*\)/g, "$1");
        sections.push({ anchor, title, text: "" });
        const inner = this.parser.parseInline(tokens);
        const label = escapeHtml(`Link to ${title}`);
        return `<h${depth} id="${anchor}">${inner} <a class="anchor" href="#${anchor}" aria-label="${label}">#</a></h${depth}>\n`;
      },
      link({ href, tokens }): string {
        return `<a href="${escapeHtml(toHref(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }): string {
        return `<img src="${escapeHtml(toHref(href))}" alt="${escapeHtml(text)}" loading="lazy">`;
      },
      code({ text }): string {
        return `<pre tabindex="0"><code>${escapeHtml(text)}\n</code></pre>\n`;
      },
      table(token: Tokens.Table): string {
        const name = escapeHtml(`Table of ${token.header.map(({ text }) => text).join(", ")}`);
        const row = (cells: readonly Tokens.TableCell[], tag: string): string =>
          `<tr>${cells.map((cell) => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join("")}</tr>\n`;
        const body = token.rows.map((cells) => row(cells, "td")).join("");
        return `<div class="table" tabindex="0" role="region" aria-label="${name}"><table><thead>${row(token.header, "th")}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      html: ({ text }): string => escapeHtml(text),
    },
    walkTokens: (token) => {
      // Headings are walked before what stands below them, and rendered after all of it.
      if (token.type === "heading") texts.push("");
      else if (texts.length > 0 && "text" in token && !("tokens" in token))
        texts[texts.length - 1] += ` ${String(token.text)}`;
    },
  });
  const texts: string[] = [];
  const html = marked.parse(markdown, { async: false });
  for (const [index, section] of sections.entries())
    section.text = (texts[index] ?? "").replaceAll(/\s+/g, " ");
  return { html, sections };
}

/** The second heading of a name gets "-1", as on GitHub. */
function toUnused(anchor: string, used: Map<string, number>): string {
  const times = used.get(anchor) ?? 0;
  used.set(anchor, times + 1);
  return times === 0 ? anchor : `${anchor}-${times}`;
}
