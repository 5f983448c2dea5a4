// The `headgate` command line as an operator's shell runs it. A program is a process of its own; a call is the same
// without one, where many are made: starting Node takes longer than all that a command does.

import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { run } from "../../../src/cli/headgate/run.ts";
import { ADMIN_TOKEN } from "./admin.ts";
import type { Target } from "./client.ts";

const PROJECT_FOLDER = resolve(import.meta.dirname, "../../..");
const PROGRAM = resolve(PROJECT_FOLDER, "src/cli/headgate-bin.js");
const OUTPUT_BYTES_MAX = 32 * 1_024 * 1_024;

interface Output {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Ended extends Output {
  readonly json: () => Readonly<Record<string, unknown>>;
}

export type CommandLine = (
  argv: readonly string[],
  variables?: Readonly<Record<string, string>>,
  /** What a program reads from its standard input. */
  input?: string,
) => Promise<Ended>;

export const createProgram = (gateway: Target): CommandLine => createCommandLine(gateway, runProgram);
export const createCalls = (gateway: Target): CommandLine => createCommandLine(gateway, runHere);

type Run = (
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
  input: string | undefined,
) => Promise<Output>;

/** Every call is checked: no token is printed, whatever happens. */
function createCommandLine({ url }: Target, runWith: Run): CommandLine {
  return async (argv, given = {}, input) => {
    const variables = { HEADGATE_URL: url, HEADGATE_TOKEN: ADMIN_TOKEN, ...given };
    const ended = await runWith(argv, variables, input);
    const token = variables.HEADGATE_TOKEN;
    if (token !== "" && `${ended.out}${ended.err}`.includes(token))
      throw new Error(`The token was printed by headgate ${argv.join(" ")}`);
    return { ...ended, json: () => JSON.parse(ended.out) as Record<string, unknown> };
  };
}

async function runHere(
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<Output> {
  let [out, err] = ["", ""];
  const code = await run(argv, {
    variables,
    print: (text) => (out += `${text}\n`),
    complain: (text) => (err += `${text}\n`),
  });
  return { code, out, err };
}

function runProgram(
  argv: readonly string[],
  variables: Readonly<Record<string, string>>,
  input: string | undefined,
): Promise<Output> {
  const env = { PATH: process.env["PATH"], ...variables };
  const options = { cwd: PROJECT_FOLDER, env, maxBuffer: OUTPUT_BYTES_MAX, timeout: 60_000 };
  return new Promise((done) => {
    const child = execFile(process.execPath, [PROGRAM, ...argv], options, (_error, out, err) => {
      // A program that was killed has no code: no test takes -1 for an answer.
      done({ code: child.exitCode ?? -1, out, err });
    });
    if (input !== undefined) child.stdin?.end(input);
  });
}
