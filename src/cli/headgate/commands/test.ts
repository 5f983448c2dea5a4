// Runs the examples that are kept beside a configuration: requests at times, and what becomes of each.

import { createHash } from "node:crypto";
import { parseExamples, playExample } from "../../../core/simulation/examples.ts";
import { CommandError } from "../../command-error.ts";
import { CONFIG_PATH } from "../../paths.ts";
import type { Command } from "../command.ts";
import { CommandFailure } from "../exit-codes.ts";
import { toProblemLines } from "../problem-text.ts";

const EXAMPLES_PATH = "headgate.examples.ts";

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");

export const test: Command = {
  name: "test",
  summary:
    "runs the examples that are kept beside a configuration, and fails where it does something else; asks no gateway",
  arguments: [{ name: "examples-file", isOptional: true }],
  options: { config: { value: "file", help: `the configuration; default ${CONFIG_PATH}` } },
  examples: ["test", "test --config new.config.ts ./limits.examples.json"],
  run: async (given) => {
    const [{ loadConfig }, { readConfigFile }] = await Promise.all([
      import("../../load-config.ts"),
      import("../../read-config-file.ts"),
    ]);
    const file = given.argument(0) || EXAMPLES_PATH;
    try {
      const { config } = await readConfigFile(given.text("config") ?? CONFIG_PATH);
      const parsed = parseExamples(await loadConfig(file));
      if (!parsed.ok) {
        const lines = toProblemLines(parsed.error.map((problem) => ({ ...problem })));
        throw new CommandFailure("refused", `Cannot use ${file}:\n${lines.join("\n")}`, {
          problems: parsed.error,
        });
      }
      const items = parsed.value.map((example) => ({
        name: example.name,
        wrong: playExample(config, example, { hash }),
      }));
      const failed = items.filter(({ wrong }) => wrong !== undefined).length;
      const lines = items.map(({ name, wrong }) =>
        wrong === undefined ? `ok      ${name}` : `FAILED  ${name}\n        ${wrong}`,
      );
      const text = (): string =>
        [...lines, `${items.length - failed} of ${items.length} examples hold`].join("\n");
      return { json: { items, failed }, text, isRefusal: failed > 0 };
    } catch (error) {
      if (error instanceof CommandError) throw new CommandFailure("refused", error.message);
      throw error;
    }
  },
};
