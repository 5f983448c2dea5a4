// Which logs a command reads: those of --log and those that stand behind it, "-" for the standard input.

import { toUsageFailure } from "../headgate/exit-codes.ts";
import type { Given } from "../headgate/given.ts";

export const STANDARD_INPUT = "-";

/** None: the command was given none. Throws where one is named twice, which would decide each of its requests twice. */
export function findLogs(given: Given): readonly string[] {
  const files = [...(given.texts("log") ?? []), ...given.arguments(0)].filter((file) => file !== "");
  const twice = files.find((file, at) => files.indexOf(file) !== at);
  if (twice === undefined) return files;
  const what = twice === STANDARD_INPUT ? "the standard input" : twice;
  throw toUsageFailure(`The log ${what} was given twice: each of its requests would count twice`);
}

/** Where no log is named: the standard input, unless a person sits at it. */
export function toSources(files: readonly string[], input: { readonly isTTY?: boolean }): readonly string[] {
  if (files.length > 0) return files;
  if (input.isTTY === true)
    throw toUsageFailure("simulate needs a log: --log=<file>, or one at its standard input");
  return [STANDARD_INPUT];
}
