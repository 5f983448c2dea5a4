// --help, made of the table of commands.

import { type Argument, type Command, commonOptions, type Option } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

/** "keys create <consumer>", as docs/cli.md has it too. */
export function toUsage({ name, arguments: wanted = [] }: Command): string {
  return [name, ...wanted.map(toArgument)].join(" ");
}

function toArgument({ name, isOptional, isRepeatable }: Argument): string {
  const text = `<${name}>${isRepeatable === true ? "..." : ""}`;
  return isOptional === true ? `[${text}]` : text;
}

/** All commands, or those of a group. */
export function toOverview(commands: readonly Command[], group: string | undefined): string {
  const shown = commands.filter(({ name }) => group === undefined || name.startsWith(`${group} `));
  const examples = group === undefined ? OVERVIEW_EXAMPLES : shown.flatMap((command) => command.examples);
  return [
    `Usage: headgate ${group === undefined ? "" : `${group} `}<command> [options]`,
    toSection(
      "Commands",
      shown.map((command) => [toUsage(command), command.summary]),
    ),
    toSection("Options of all commands", toOptionRows(commonOptions)),
    toSection("Variables", VARIABLES),
    toSection(
      "Exit codes",
      Object.values(exitCodes).map(({ code, when }) => [String(code), when]),
    ),
    toExamples(examples),
  ].join("\n\n");
}

export function toCommandHelp(command: Command): string {
  const { summary, options = {}, examples } = command;
  return [
    `Usage: headgate ${toUsage(command)} [options]`,
    summary,
    ...(Object.keys(options).length === 0 ? [] : [toSection("Options", toOptionRows(options))]),
    toSection("Options of all commands", toOptionRows(commonOptions)),
    toExamples(examples),
  ].join("\n\n");
}

const VARIABLES: readonly (readonly [string, string])[] = [
  ["HEADGATE_TOKEN", "the gateway's ADMIN_TOKEN, or ADMIN_READ_TOKEN for what changes nothing"],
  ["HEADGATE_URL", "the gateway's address"],
];

const OVERVIEW_EXAMPLES = ["check", "keys create acme --tier pro", "top per-client", "keys create --help"];

function toOptionRows(options: Readonly<Record<string, Option>>): readonly (readonly [string, string])[] {
  return Object.entries(options).map(([name, { value, isRepeatable, isRequired, help }]) => [
    `--${name}${value === undefined ? "" : ` <${value}>`}`,
    `${help}${isRepeatable === true ? " (repeatable)" : ""}${isRequired === true ? " (required)" : ""}`,
  ]);
}

function toSection(title: string, rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return [`${title}:`, ...rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}`)].join("\n");
}

const toExamples = (examples: readonly string[]): string =>
  ["Examples:", ...examples.map((example) => `  headgate ${example}`)].join("\n");
