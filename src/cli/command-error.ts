// What a command says before it ends with 1, or with 2 where it was written wrongly: a message for people, without a stack.

import type { Problem } from "../core/result.ts";
import { exitCodes } from "./headgate/exit-codes.ts";

export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly exitCode: number = exitCodes.refused.code;
  /** Of a configuration that is wrong; the message lists them too. */
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = []) {
    super(message);
    this.problems = problems;
  }
}

/** The command itself was written wrongly. */
export class MisusedError extends CommandError {
  override readonly exitCode = exitCodes.misused.code;
}

/** Runs a command; a CommandError ends it with its message and exit code, anything else with 1 and its stack. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    const isForPeople = error instanceof CommandError;
    console.error(isForPeople ? error.message : error);
    // What was started before it failed must not keep a failed command alive.
    process.exit(isForPeople ? error.exitCode : exitCodes.refused.code);
  }
}
