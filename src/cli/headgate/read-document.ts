// The configuration that a file exports, as it can be sent: a gateway takes no functions over the wire.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CONFIG_PATH } from "../paths.ts";
import { CommandFailure } from "./exit-codes.ts";

/** `path` is empty for the project's own file; a name that ends with ".json" is read as JSON. */
export async function readDocument(path: string): Promise<unknown> {
  const name = path === "" ? CONFIG_PATH : path;
  const document = await load(name);
  const at = findFunction(document, "");
  if (at === undefined) return document;
  const message = `Cannot send ${name}: ${at} is a function, which only a deployed file may have`;
  throw new CommandFailure("refused", message);
}

async function load(name: string): Promise<unknown> {
  try {
    if (name.endsWith(".json")) return JSON.parse(await readFile(name, "utf8")) as unknown;
    const module = (await import(pathToFileURL(resolve(name)).href)) as { readonly default?: unknown };
    return module.default;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CommandFailure("refused", `Cannot load ${name}: ${cause}`);
  }
}

/** JSON would leave it out, and the gateway would judge by something else than the file. */
function findFunction(value: unknown, path: string): string | undefined {
  if (typeof value === "function") return path === "" ? "the default export" : path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const found = findFunction(member, path === "" ? name : `${path}.${name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
