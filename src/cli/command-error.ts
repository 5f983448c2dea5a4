// What a command says before it ends with 1: a message for people, without a stack.

import type { Problem } from "../core/result.ts";

export class CommandError extends Error {
  override readonly name = "CommandError";
  /** Of a configuration that is wrong; the message lists them too. */
  readonly problems: readonly Problem[];

  constructor(message: string, problems: readonly Problem[] = []) {
    super(message);
    this.problems = problems;
  }
}

/** Runs a command; a CommandError ends it with its message and exit code 1, anything else with its stack. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command();
  } catch (error) {
    console.error(error instanceof CommandError ? error.message : error);
    // What was started before it failed must not keep a failed command alive.
    process.exit(1);
  }
}
