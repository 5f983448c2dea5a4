// Checks a configuration file as the build does, with the variables of every environment of wrangler.toml.

import { CommandError } from "../../command-error.ts";
import { CONFIG_PATH } from "../../paths.ts";
import type { Command } from "../command.ts";
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
    const { checkEnvironments } = await import("../../check-environments.ts");
    const file = given.argument(0) || CONFIG_PATH;
    try {
      const { warnings } = await checkEnvironments(file);
      const lines = toProblemLines(toItems(warnings)).map((line) => `Warning: ${line.trim()}`);
      const text = (): string => [...lines, `${file} is right`].join("\n");
      return { json: { isValid: true, problems: [], warnings }, text };
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      const { message, problems } = error;
      throw new CommandFailure("refused", message, { isValid: false, problems });
    }
  },
};
