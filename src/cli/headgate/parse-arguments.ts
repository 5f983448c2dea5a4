// Finds the command that was typed and reads what came with it. Whatever is wrong is said with the nearest thing that
// would have been right, and without the value of an option that nobody knows: it may be a secret.

import { parseArgs } from "node:util";
import { findNearest } from "../../core/schema/find-nearest.ts";
import { type Command, commonOptions, type Option } from "./command.ts";
import { toUsageFailure } from "./exit-codes.ts";
import { Given } from "./given.ts";

export interface Parsed {
  /** undefined: only a group of commands was named, or none. */
  readonly command: Command | undefined;
  /** The words of the command or the group. */
  readonly words: readonly string[];
  readonly isHelp: boolean;
  readonly given: Given;
}

type Options = Readonly<Record<string, Option>>;
type Values = ReadonlyMap<string, readonly string[]>;

/** Throws a CommandFailure that says what is wrong. */
export function parseArguments(argv: readonly string[], commands: readonly Command[]): Parsed {
  const all: Options = Object.assign({}, ...commands.map(({ options }) => options ?? {}), commonOptions);
  // Read with the options of all commands: which of the words are values is known before the command is.
  const { tokens, positionals } = parseArgs({
    args: [...argv],
    options: {
      ...Object.fromEntries(Object.entries(all).map(([name, option]) => [name, toParseOption(option)])),
      help: { type: "boolean", multiple: true, short: "h" },
    },
    strict: false,
    tokens: true,
  });
  const asksHelp = positionals[0] === "help";
  const typed = asksHelp ? positionals.slice(1) : positionals;
  const { command, words } = findCommand(typed, commands);
  const known: Options = command === undefined ? all : { ...commonOptions, ...command.options };
  const values = readOptions(tokens, known);
  const isHelp = asksHelp || values.has("help");
  const given = typed.slice(words.length);
  if (command !== undefined && !isHelp && !values.has("version")) {
    checkArguments(command, given);
    checkRequired(command, values);
  }
  return { command, words, isHelp, given: new Given(given, values) };
}

function toParseOption({ value }: Option): { type: "string" | "boolean"; multiple: true } {
  return { type: value === undefined ? "boolean" : "string", multiple: true };
}

function findCommand(
  typed: readonly string[],
  commands: readonly Command[],
): { readonly command: Command | undefined; readonly words: readonly string[] } {
  for (const count of [2, 1]) {
    const words = typed.slice(0, count);
    const command = words.length === count && commands.find(({ name }) => name === words.join(" "));
    if (command !== false && command !== undefined) return { command, words };
  }
  const [group] = typed;
  const isGroup = commands.some(({ name }) => name.startsWith(`${group ?? ""} `));
  if (group === undefined || (isGroup && typed.length === 1)) return { command: undefined, words: typed };
  const names = commands.map(({ name }) => name);
  // A group that is spelt right is not doubted.
  const within = isGroup ? names.filter((name) => name.startsWith(`${group} `)) : toWords(names);
  const wanted = isGroup ? typed.slice(0, 2).join(" ") : group;
  throw toUsageFailure(`There is no command ${JSON.stringify(wanted)}${toHint(findNearest(wanted, within))}`);
}

const toWords = (names: readonly string[]): readonly string[] => [
  ...new Set(names.flatMap((name) => [name.split(" ", 1)[0] ?? name, name])),
];

const toHint = (nearest: string | undefined): string =>
  nearest === undefined ? ": headgate --help lists them" : `: did you mean ${nearest}?`;

type Token = ReturnType<typeof parseArgs>["tokens"];

function readOptions(tokens: Token, known: Options): Values {
  const values = new Map<string, string[]>();
  for (const token of tokens ?? []) {
    if (token.kind !== "option") continue;
    const { name, rawName } = token;
    const option = Object.hasOwn(known, name) ? known[name] : undefined;
    if (option === undefined) throw toUnknownOption(name, rawName, Object.keys(known));
    const before = values.get(name);
    if (before !== undefined && option.isRepeatable !== true)
      throw toUsageFailure(`--${name} was given twice`);
    values.set(name, [...(before ?? []), ...readValue(token, option)]);
  }
  return values;
}

function readValue(
  { name, value, inlineValue }: { name: string; value: string | undefined; inlineValue: boolean | undefined },
  { value: placeholder }: Option,
): readonly string[] {
  if (placeholder === undefined) {
    if (value === undefined) return [];
    throw toUsageFailure(`--${name} takes no value`);
  }
  // "--reason --json" is a value that was forgotten; who means it writes "--reason=--json".
  if (value !== undefined && (inlineValue === true || !/^-./.test(value))) return [value];
  throw toUsageFailure(`--${name} needs a value: --${name}=<${placeholder}>`);
}

function toUnknownOption(name: string, rawName: string, known: readonly string[]): Error {
  if (/^token$|^password$|^authorization$/i.test(name))
    return toUsageFailure("The token comes from HEADGATE_TOKEN alone: arguments are seen by every process");
  // One letter, as other tools have it (-H): of the command itself before those of all.
  const begins = name.length === 1 ? known.findLast((one) => one.startsWith(name.toLowerCase())) : undefined;
  const nearest = begins ?? findNearest(name, known);
  const hint = nearest === undefined ? "" : `: did you mean --${nearest}?`;
  return toUsageFailure(`There is no option ${JSON.stringify(rawName)} here${hint}`);
}

function checkArguments({ name, arguments: wanted = [] }: Command, given: readonly string[]): void {
  const missing = wanted[given.length];
  if (missing !== undefined && missing.isOptional !== true)
    throw toUsageFailure(`headgate ${name} needs <${missing.name}>: headgate ${name} --help says more`);
  if (given.length <= wanted.length || wanted.at(-1)?.isRepeatable === true) return;
  throw toUsageFailure(
    `headgate ${name} takes ${wanted.length} argument${wanted.length === 1 ? "" : "s"}, received ${given.length}`,
  );
}

function checkRequired({ name, options = {} }: Command, values: Values): void {
  for (const [option, { isRequired, value }] of Object.entries(options))
    if (isRequired === true && !values.has(option))
      throw toUsageFailure(`headgate ${name} needs --${option}=<${value ?? ""}>`);
}
