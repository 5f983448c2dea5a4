// Every key of a configuration on one page, sorted by its whole name: made of the tables of docs/configuration, each row with
// a link to where the key is explained.

import {
  configurationPages,
  findTables,
  readCodes,
  readText,
  type Table,
  toAnchor,
} from "../../test/project/markdown.ts";

/** Where a section's keys stand in the file; those of other sections are written whole. */
const PREFIXES: Readonly<Record<string, string>> = {
  "Origin pools": "origins.<name>.",
  "Pool members": "origins.<name>.members[].",
  "Credentials for origins": "routes[].",
  Policies: "policies.<name>.",
  "Token costs": "policies.<name>.",
  "Limits for some requests": "policies.<name>.limits[].",
  Routes: "routes[].",
  Links: "routes[].",
  Webhooks: "routes[].",
  Cache: "routes[].",
  "Aggregates and fields": "routes[].",
  Issuers: "auth.issuers[].",
  "Log sinks": "log.sinks[].",
  Alerts: "alerts[].",
  "Alert channels": "alerts[].to[].",
};

interface Row {
  readonly name: string;
  readonly cells: readonly string[];
  readonly link: string;
}

/** A Markdown document that stands beside the pages of docs/configuration. */
export function listKeys(): string {
  const rows = configurationPages.flatMap((path) => {
    const page = path.split("/").at(-1) ?? "";
    const text = readText(path);
    const keys = findTables(text, ["key", "type and bounds", "default"]);
    const options = findTables(text, ["algorithm", "option"]);
    return keys
      .flatMap((table) => readKeys(table, page))
      .concat(options.flatMap((table) => readOptions(table, page)));
  });
  rows.sort((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)));
  const lines = rows.map(({ name, cells, link }) => `| \`${name}\` | ${cells.join(" | ")} | ${link} |`);
  return [
    "# Every key",
    "",
    "All keys of a configuration by their whole names: `<name>` is a name of yours, `[]` is each entry of a list.",
    "",
    "| key | type and bounds | default | explained in |",
    "| --- | --- | --- | --- |",
    ...lines,
    "",
  ].join("\n");
}

function readKeys({ section, rows }: Table, page: string): readonly Row[] {
  return rows.map(([key = "", type = "", standard = ""]) => ({
    name: `${PREFIXES[section] ?? ""}${readCodes(key)[0] ?? key}`,
    cells: [type, standard].map((cell) => toLocal(cell, page)),
    link: `[${section}](${page}#${toAnchor(section)})`,
  }));
}

function readOptions({ section, rows }: Table, page: string): readonly Row[] {
  return rows.map(([algorithm = "", option = "", type = "", standard = ""]) => ({
    name: `policies.<name>.${readCodes(option)[0] ?? option}`,
    cells: [`${type} (${algorithm})`, standard],
    link: `[${section}](${page}#${toAnchor(section)})`,
  }));
}

/** A link within a page leads there from another one. */
const toLocal = (cell: string, page: string): string => cell.replaceAll("](#", `](${page}#`);
