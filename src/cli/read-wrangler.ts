// Reads wrangler.toml: its own words for a wrong one are pages long.

import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import type * as Wrangler from "wrangler";
import { CommandError } from "./command-error.ts";

/** Throws a CommandError that says in one line where the file is wrong. */
export function readWrangler<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (!existsSync("wrangler.toml"))
      throw new CommandError(
        `There is no wrangler.toml in ${process.cwd()}: run this in the folder of the project, or headgate init to begin one`,
      );
    const { message, location } = error as Error & { readonly location?: { readonly line?: number } };
    const line = location?.line === undefined ? "" : `, line ${location.line}`;
    throw new CommandError(`Cannot read wrangler.toml${line}: ${message.trim().split("\n")[0]}`);
  }
}

/** Loaded by who reads something of it, and not before: that takes longer than all else that a command does. */
export function loadWrangler(): typeof Wrangler {
  return createRequire(import.meta.url)("wrangler") as typeof Wrangler;
}
