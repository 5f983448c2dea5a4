// Which documents are pages of the site, in which order they stand in its list, and what they are called there.

import { posix } from "node:path";
import { listKeys } from "./list-keys.ts";
import { documents, readHeadings, readText } from "../../test/project/markdown.ts";

export interface Page {
  /** From the project's folder: "docs/cli.md". */
  readonly source: string;
  /** From the site's folder: "docs/cli.html". */
  readonly target: string;
  readonly title: string;
  readonly group: string;
  readonly markdown: string;
}

/** In the order of the list; a document is in the first group that fits. */
const GROUPS: readonly (readonly [name: string, of: RegExp])[] = [
  ["Start", /^README\.md$/],
  ["Guides", /^docs\/guides\//],
  ["Configuration", /^docs\/configuration/],
  ["Decisions", /^docs\/decisions\//],
  ["Reference", /^docs\//],
  ["Project", /./],
];
/** A list of decisions is nobody's way into a project: it comes last. */
const ORDER = ["Start", "Guides", "Configuration", "Reference", "Project", "Decisions"];

/** The one page that is no document. */
export const KEYS = "docs/configuration/keys-by-name.md";

/** README.md is the site's first page. */
export function toTarget(source: string): string {
  return source === "README.md" ? "index.html" : source.replace(/\.md$/, ".html");
}

export function listPages(): readonly Page[] {
  const mentioned = [...listMentioned("README.md"), ...listMentioned("docs/configuration.md")];
  const toPlace = (source: string): number => {
    const place = mentioned.indexOf(source);
    return place === -1 ? mentioned.length : place;
  };
  return [...documents, KEYS]
    .map((source): Page => {
      const markdown = source === KEYS ? listKeys() : readText(source);
      const group = GROUPS.find(([, of]) => of.test(source))?.[0] ?? "Project";
      const title = readHeadings(markdown).find(({ level }) => level === 1)?.text ?? source;
      return { source, target: toTarget(source), title: title.replaceAll("`", ""), group, markdown };
    })
    .sort(
      (one, other) =>
        ORDER.indexOf(one.group) - ORDER.indexOf(other.group) ||
        toPlace(one.source) - toPlace(other.source) ||
        (one.source < other.source ? -1 : 1),
    );
}

/** Documents in the order in which one of them lists them: README.md does under a heading of its own. */
function listMentioned(source: string): readonly string[] {
  const [list = ""] = readText(source).split("\n## Documents\n").slice(-1);
  const links = [...list.matchAll(/\]\(([^)#\s]+\.md)/g)].map(([, link = ""]) => link);
  return [...new Set(links.map((link) => posix.join(posix.dirname(source), link)))];
}
