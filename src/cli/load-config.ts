// Loads what a configuration file exports, as it is written: nothing is checked here.

import { existsSync, statSync } from "node:fs";
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
    throw new CommandError(`Cannot load ${configPath}: ${toCause(configPath, error)}`);
  }
}

function toCause(configPath: string, error: unknown): string {
  if (!existsSync(configPath)) return `there is no such file in ${process.cwd()}`;
  if (statSync(configPath).isDirectory()) return "it is a folder; name the file in it";
  const message = error instanceof Error ? error.message : String(error);
  const isNotInstalled = message.startsWith("Cannot find package ");
  return isNotInstalled ? `${message}. Is it in package.json, and was npm install run?` : message;
}
