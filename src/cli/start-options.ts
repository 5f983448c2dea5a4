// What `npm start` and `npm run dev` are told: options after `--`, or variables of the environment, the options first.

import { parseArgs } from "node:util";
import { MisusedError } from "./command-error.ts";

export interface StartOptions {
  /** 0 takes a free port. */
  readonly port: number;
  /** The address to listen on. */
  readonly host: string;
  readonly configPath: string;
  /** In place of the configuration's origin; undefined: as it says. */
  readonly origin: string | undefined;
  /** Where a debugger may connect; undefined: none may. */
  readonly inspectorPort: number | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const PORT_DEFAULT = "8787";

/** As --help and docs/cli.md have them. */
export const START_OPTIONS = {
  port: { value: "number", help: `where to listen, 0 takes a free port; default PORT, then ${PORT_DEFAULT}` },
  host: { value: "address", help: "the address to listen on; default HOST_ADDRESS, then 127.0.0.1" },
  config: { value: "file", help: "the configuration; default HEADGATE_CONFIG, then headgate.config.ts" },
  origin: { value: "url", help: "in place of the configuration's origin; default ORIGIN_URL" },
  inspect: { value: "port", help: "lets a debugger connect, see docs/debugging.md" },
} as const;

const START_USAGE = [
  "Options",
  ...Object.entries(START_OPTIONS).map(
    ([name, { value, help }]) => `  --${name} <${value}>`.padEnd(22) + help,
  ),
].join("\n");

/** Throws a MisusedError for what it does not know, with all that it knows. */
export function readStartOptions(argv: readonly string[], env: Environment): StartOptions {
  const given = readArgs(argv);
  return {
    port: toPort(given.port ?? env["PORT"] ?? PORT_DEFAULT),
    host: given.host ?? env["HOST_ADDRESS"] ?? "127.0.0.1",
    configPath: given.config ?? env["HEADGATE_CONFIG"] ?? "headgate.config.ts",
    origin: given.origin ?? env["ORIGIN_URL"],
    inspectorPort: given.inspect === undefined ? undefined : toPort(given.inspect),
  };
}

function toPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text);
  throw toRefusal(`the port must be a number from 0 to 65535, received ${JSON.stringify(text)}`);
}

// oxlint-disable-next-line typescript/explicit-module-boundary-types -- the type is what parseArgs infers
function readArgs(argv: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { port: text, host: text, config: text, origin: text, inspect: text };
  try {
    return parseArgs({ args: [...argv], options, strict: true }).values;
  } catch (error) {
    throw toRefusal(error instanceof Error ? error.message : String(error));
  }
}

function toRefusal(message: string): MisusedError {
  return new MisusedError(`Cannot start: ${message}\n${START_USAGE}`);
}
