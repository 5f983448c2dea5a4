// What a command is: data, from which the parser, --help and the table of docs/cli.md are made.

import type { Api } from "./api.ts";
import type { Given } from "./given.ts";

export interface Option {
  /** What stands for the value in --help; an option without one is a switch. */
  readonly value?: string;
  readonly isRepeatable?: boolean;
  readonly isRequired?: boolean;
  readonly help: string;
}

export interface Argument {
  readonly name: string;
  readonly isOptional?: boolean;
  /** It may come several times; only the last one of a command. */
  readonly isRepeatable?: boolean;
}

/** What a command has to say: the value for --json, and the text for people. */
export interface Said {
  readonly json: unknown;
  readonly text: () => string;
  /** It said what is wrong: the command ends as refused. */
  readonly isRefusal?: boolean;
}

export interface Command {
  /** One word or two: "keys create". */
  readonly name: string;
  readonly summary: string;
  readonly arguments?: readonly Argument[];
  readonly options?: Readonly<Record<string, Option>>;
  /** Without the program's name. */
  readonly examples: readonly string[];
  readonly run: (given: Given, context: Context) => Promise<Said>;
  /** In place of `run`: it reads its arguments itself, asks no gateway, and goes on as long as it likes. */
  readonly runAlone?: (argv: readonly string[]) => Promise<void>;
}

export interface Context {
  /** Throws when there is no usable address or token: only commands that need the gateway ask for it. */
  readonly api: () => Api;
  readonly nowMs: () => number;
  /** Says something before the command ends. */
  readonly print: (said: Said) => void;
  readonly wait: (ms: number) => Promise<void>;
}

export const commonOptions: Readonly<Record<string, Option>> = {
  url: {
    value: "url",
    help: "the gateway; default HEADGATE_URL, then http://localhost:8787. A path is taken for the API's prefix",
  },
  json: { help: "print what the API said, as JSON" },
  timeout: { value: "duration", help: "how long an answer may take; default 30s" },
  help: { help: "what this command does" },
  version: { help: "the version of the command line" },
};
