// The configuration that a file exports, as it can be sent: a gateway takes no code over the wire. Where `functions` has
// some, a text stands for what is deployed under its name.

import { DEPLOYED_FUNCTION } from "../../core/functions/parse-functions.ts";
import { isObject } from "../../core/schema/parse-with.ts";
import { CommandError } from "../command-error.ts";
import { loadConfig } from "../load-config.ts";
import { CONFIG_PATH } from "../paths.ts";
import { CommandFailure } from "./exit-codes.ts";

/** `path` is empty for the project's own file; a name that ends with ".json" is read as JSON. */
export async function readDocument(path: string): Promise<unknown> {
  const name = path === "" ? CONFIG_PATH : path;
  const document = await load(name);
  const sent = withoutCode(document);
  const at = findFunction(sent, "");
  if (at === undefined) return sent;
  const message = `Cannot send ${name}: ${at} is a function, which only a deployed file may have`;
  throw new CommandFailure("refused", message);
}

async function load(name: string): Promise<unknown> {
  try {
    return await loadConfig(name);
  } catch (error) {
    throw error instanceof CommandError ? new CommandFailure("refused", error.message) : error;
  }
}

/** The document with a text in place of each function of `functions`. */
function withoutCode(document: unknown): unknown {
  if (!isObject(document) || !isObject(document["functions"])) return document;
  const functions = Object.entries(document["functions"]).map(([name, given]) => {
    const isWhole = typeof given === "function";
    if (isWhole) return [name, DEPLOYED_FUNCTION] as const;
    const isSet = isObject(given) && typeof given["run"] === "function";
    return [name, isSet ? { ...given, run: DEPLOYED_FUNCTION } : given] as const;
  });
  return { ...document, functions: Object.fromEntries(functions) };
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
