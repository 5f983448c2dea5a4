// Reads wrangler.toml: its own words for a wrong one are pages long.

import { CommandError } from "./command-error.ts";

/** Throws a CommandError that says in one line where the file is wrong. */
export function readWrangler<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    const { message, location } = error as Error & { readonly location?: { readonly line?: number } };
    const line = location?.line === undefined ? "" : `, line ${location.line}`;
    throw new CommandError(`Cannot read wrangler.toml${line}: ${message.trim().split("\n")[0]}`);
  }
}
