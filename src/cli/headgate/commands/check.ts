// Checks a configuration file as the build does, with the variables of every environment of wrangler.toml.

import { CommandError } from "../../command-error.ts";
import { CONFIG_PATH } from "../../paths.ts";
import type { Problem } from "../../../core/result.ts";
import type { Command, Said } from "../command.ts";
import { CommandFailure } from "../exit-codes.ts";
import { toProblemLines } from "../problem-text.ts";
import { toItems } from "../table.ts";

export const check: Command = {
  name: "check",
  summary: "checks a configuration file and lists every problem; asks no gateway",
  arguments: [{ name: "file", isOptional: true }],
  examples: ["check", "check ./other.config.ts"],
  run: async (given) => {
    // Loaded only here: the other commands start without wrangler.
    const { checkAlone, checkEnvironments, isProject } = await import("../../check-environments.ts");
    const named = given.argument(0);
    const file = named || CONFIG_PATH;
    try {
      if (named !== "" && !isProject()) {
        const { warnings, note } = await checkAlone(file);
        return toRight(file, warnings, [note]);
      }
      const { warnings } = await checkEnvironments(file);
      return toRight(file, warnings, []);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const { message, problems } = error;
      throw new CommandFailure("refused", message, { isValid: false, problems });
    }
  },
};

function toRight(file: string, warnings: readonly Problem[], notes: readonly string[]): Said {
  const lines = toProblemLines(toItems(warnings)).map((line) => `Warning: ${line.trim()}`);
  const text = (): string =>
    [...lines, ...notes.map((note) => `Note: ${note}`), `${file} is right`].join("\n");
  return { json: { isValid: true, problems: [], warnings, ...(notes.length === 0 ? {} : { notes }) }, text };
}
