// docs/cli.md against the table of commands: a row for each with its options, the options of all, the exit codes.

import { describe, expect, test } from "vitest";
import { commonOptions, type Option } from "../../src/cli/headgate/command.ts";
import { commands } from "../../src/cli/headgate/commands.ts";
import { exitCodes } from "../../src/cli/headgate/exit-codes.ts";
import { toUsage } from "../../src/cli/headgate/help.ts";
import { findTable, readText } from "./markdown.ts";

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
