// Loads what a configuration file exports, as it is written: nothing is checked here.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { CommandError } from "./command-error.ts";

/** The default export of a module, or what a file with a name that ends with ".json" holds. */
export async function loadConfig(configPath: string): Promise<unknown> {
  try {
    if (configPath.endsWith(".json")) return JSON.parse(await readFile(configPath, "utf8")) as unknown;
    const module = (await import(pathToFileURL(resolve(configPath)).href)) as { readonly default?: unknown };
    return module.default;
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CommandError(`Cannot load ${configPath}: ${cause}`);
  }
}
