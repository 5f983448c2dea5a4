// docs/cli.md against the table of commands: a row for each with its options, the options of all, the exit codes. And
// wherever the documents call the command line, a command that there is.

import { runInNewContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { commonOptions, type Option } from "../../src/cli/headgate/command.ts";
import { commands } from "../../src/cli/headgate/commands.ts";
import { exitCodes } from "../../src/cli/headgate/exit-codes.ts";
import { toUsage } from "../../src/cli/headgate/help.ts";
import { parseArguments } from "../../src/cli/headgate/parse-arguments.ts";
import { checkConfig } from "../../src/core/config/check-config.ts";
import { parseConfig } from "../../src/core/config/parse-config.ts";
import { findTable, readCodeBlocks, readText } from "./markdown.ts";

const guide = readText("docs/cli.md");

const toFlag = ([name, { value }]: readonly [string, Option]): string =>
  `\`--${name}${value === undefined ? "" : ` <${value}>`}\``;

describe("docs/cli.md", () => {
  test("has a row for every command, with its options", () => {
    const wanted = commands.map((command) => [
      `\`${toUsage(command)}\``,
      command.summary,
      Object.keys(command.options ?? {})
        .map((name) => `\`--${name}\``)
        .join(" "),
    ]);
    expect(findTable(guide, ["command", "what", "options"]).rows).toEqual(wanted);
  });

  test("has the options of all commands", () => {
    const wanted = Object.entries(commonOptions).map((option) => [toFlag(option), option[1].help]);
    expect(findTable(guide, ["option", "what"]).rows).toEqual(wanted);
  });

  test("has the exit codes", () => {
    const wanted = Object.values(exitCodes).map(({ code, when }) => [String(code), when]);
    expect(findTable(guide, ["code", "when"]).rows).toEqual(wanted);
  });
});

const documents = [
  "README.md",
  "docs/cli.md",
  "docs/admin-api.md",
  "docs/errors.md",
  "docs/guides/front-your-api.md",
  "docs/guides/customers-get-429.md",
];

test.each(["README.md", "docs/guides/front-your-api.md"])(
  "%s shows only configurations that are right",
  (path) => {
    const shown = readCodeBlocks(readText(path)).filter(({ language }) => language === "ts");
    for (const { text } of shown) {
      const source = text.replace(/^import .*$/m, "").replace("export default ", "");
      const config: unknown = runInNewContext(source, { defineConfig: (given: unknown) => given });
      // Of another realm, where an object is none of ours.
      const parsed = parseConfig(structuredClone(config));
      expect(parsed.ok ? checkConfig(parsed.value).problems : parsed.error).toEqual([]);
    }
    expect(shown.length).toBeGreaterThan(0);
  },
);

test.each(documents)("%s has only commands that there are", (path) => {
  const shell = readCodeBlocks(readText(path)).filter(({ language }) => /^(?:sh|console)$/.test(language));
  const called = shell.flatMap(({ text }) =>
    [...text.matchAll(/(?:npx headgate|headgate --) ([^\n#|&)]+)/g)].map(([, call = ""]) => call.trim()),
  );
  expect(called.length > 0 || path === "docs/admin-api.md").toBe(true);
  for (const call of called) {
    const argv = [...call.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, ...forms]) => forms.join(""));
    expect(parseArguments(argv, commands).command?.name, call).toBeDefined();
  }
});
