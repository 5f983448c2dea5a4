// The limits of a configuration, written for those who call the API: as Markdown, as an OpenAPI document, or into the
// provider's own.

import { readFile, rename, writeFile } from "node:fs/promises";
import { CommandError } from "../../command-error.ts";
import { CONFIG_PATH } from "../../paths.ts";
import type { Command, Said } from "../command.ts";
import { CommandFailure, toUsageFailure } from "../exit-codes.ts";
import type { Given } from "../given.ts";

export const docs: Command = {
  name: "docs",
  summary: "writes the limits of each plan as Markdown, as OpenAPI, or into an OpenAPI file; asks no gateway",
  options: {
    config: { value: "file", help: `the configuration; default ${CONFIG_PATH}` },
    openapi: { value: "file", help: "your OpenAPI 3 document, in YAML or JSON, to put the limits into" },
    out: {
      value: "file",
      help: "where to write; its ending says what: .md, .yaml or .json. Default: Markdown, or the merged document, is printed",
    },
    server: { value: "url", help: "how clients reach the gateway, in place of the servers of your document" },
  },
  examples: [
    "docs --out limits.md",
    "docs --out openapi.yaml",
    "docs --openapi api.yaml --out merged.yaml --server https://api.example.com/v2",
  ],
  run: async (given) => {
    try {
      return await write(given);
    } catch (error) {
      if (error instanceof CommandError) throw new CommandFailure("refused", error.message);
      throw error;
    }
  },
};

interface Written {
  readonly text: string;
  readonly notes: readonly string[];
}

async function write(given: Given): Promise<Said> {
  const out = given.text("out");
  const { text, notes } = await make(given, out);
  for (const note of notes) console.error(`Note: ${note}`);
  if (out === undefined) return { json: { text, notes }, text: () => text.trimEnd() };
  await replaceFile(out, text);
  return { json: { file: out, notes }, text: () => `Wrote ${out}` };
}

/** All or nothing: it may be the very file that was read. */
async function replaceFile(file: string, text: string): Promise<void> {
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(beside, text);
    await rename(beside, file);
  } catch (error) {
    throw new CommandError(`Cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function make(given: Given, out: string | undefined): Promise<Written> {
  // Loaded only here: other commands start without them.
  const [{ readConfigFile }, node, { mergeOpenApi }, { toOwnOpenApi }, { toMarkdown }] = await Promise.all([
    import("../../read-config-file.ts"),
    import("../../docs/document-node.ts"),
    import("../../docs/merge-openapi.ts"),
    import("../../docs/own-openapi.ts"),
    import("../../docs/limits-markdown.ts"),
  ]);
  const openapi = given.text("openapi");
  const server = readServer(given, openapi);
  const format = out === undefined ? undefined : node.toFormat(out);
  const isMarkdown = out === undefined || /\.(?:md|markdown)$/i.test(out);
  if (!isMarkdown && format === undefined)
    throw toUsageFailure(`--out must end with .md, .yaml, .yml or .json, received ${JSON.stringify(out)}`);
  const { config } = await readConfigFile(given.text("config") ?? CONFIG_PATH);
  if (openapi === undefined) {
    const own = format === undefined ? toMarkdown(config) : node.printText(toOwnOpenApi(config), format);
    return { text: own, notes: [] };
  }
  const theirs = node.toFormat(openapi);
  if (theirs === undefined)
    throw toUsageFailure(`--openapi must end with .yaml, .yml or .json, received ${JSON.stringify(openapi)}`);
  if (out !== undefined && format !== theirs)
    throw toUsageFailure(
      `--out must end as --openapi does: what you wrote is kept as you wrote it, in ${theirs.toUpperCase()}`,
    );
  const written = await readTextFile(openapi);
  const document = node.readText(written, theirs, openapi);
  const notes = mergeOpenApi(document, { config, label: openapi, server });
  return { text: node.printText(document, theirs, written), notes };
}

function readServer(given: Given, openapi: string | undefined): string | undefined {
  const server = given.text("server");
  if (server === undefined) return undefined;
  if (openapi === undefined) throw toUsageFailure("--server needs --openapi");
  if (!/^(?:https?:\/\/[^/?#]+)?\/?[^?#]*$/.test(server) || !URL.canParse(server, "http://a.invalid"))
    throw toUsageFailure(`--server must be a URL or a path, received ${JSON.stringify(server)}`);
  return server;
}

async function readTextFile(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw new CommandError(`Cannot read ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
