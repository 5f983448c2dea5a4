// One call of the command line, from its arguments to its exit code.

import { setTimeout as wait } from "node:timers/promises";
import { createApi } from "./api.ts";
import type { Context } from "./command.ts";
import { commands } from "./commands.ts";
import { CommandFailure, type Ending, exitCodes } from "./exit-codes.ts";
import type { Given } from "./given.ts";
import { readGatewayAddress, type Variables } from "./gateway-address.ts";
import { toCommandHelp, toOverview } from "./help.ts";
import { type Parsed, parseArguments } from "./parse-arguments.ts";
import { toSafeJson } from "./print-safely.ts";
import { readVersion } from "./version.ts";

export interface Surroundings {
  readonly variables: Variables;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

const TIMEOUT_MS_DEFAULT = 30_000;

/** Resolves to the exit code. */
export async function run(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  let isJson = false;
  try {
    const parsed = parseArguments(argv, commands);
    isJson = parsed.given.has("json");
    return exitCodes[await obey(parsed, surroundings)].code;
  } catch (error) {
    if (!(error instanceof CommandFailure)) throw error;
    if (isJson && error.said !== undefined) surroundings.print(toSafeJson(error.said));
    surroundings.complain(error.message);
    return exitCodes[error.ending].code;
  }
}

async function obey(parsed: Parsed, surroundings: Surroundings): Promise<Ending> {
  const { command, words, isHelp, given } = parsed;
  const { print, complain } = surroundings;
  if (given.has("version")) {
    print(readVersion());
    return "done";
  }
  if (isHelp || command === undefined) {
    (isHelp ? print : complain)(
      command === undefined ? toOverview(commands, words[0]) : toCommandHelp(command),
    );
    return isHelp ? "done" : "misused";
  }
  const context = toContext(given, surroundings);
  const said = await command.run(given, context);
  context.print(said);
  const { isRefusal = false } = said;
  return isRefusal ? "refused" : "done";
}

function toContext(given: Given, { variables, print }: Surroundings): Context {
  return {
    api: () =>
      createApi(
        readGatewayAddress(given.text("url"), variables),
        given.durationMs("timeout") ?? TIMEOUT_MS_DEFAULT,
      ),
    nowMs: () => Date.now(),
    print: ({ json, text }) => {
      print(given.has("json") ? toSafeJson(json) : text());
    },
    wait: (ms) => wait(ms),
  };
}
