// How a command ends, for scripts. The table of docs/cli.md is held to this one.

export const exitCodes = {
  done: { code: 0, when: "it was done" },
  refused: { code: 1, when: "the gateway refused it or failed, or the configuration is wrong" },
  misused: { code: 2, when: "the command was written wrongly, or HEADGATE_URL or HEADGATE_TOKEN was" },
  unreachable: { code: 3, when: "the gateway could not be reached, or did not answer in time" },
} as const;

export type Ending = keyof typeof exitCodes;

/** Ends the command with a message for people and the code of `ending`. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly ending: Ending;
  /** What the API said, for --json. */
  readonly said: unknown;

  constructor(ending: Ending, message: string, said?: unknown) {
    super(message);
    this.ending = ending;
    this.said = said;
  }
}

export function toUsageFailure(message: string): CommandFailure {
  return new CommandFailure("misused", message);
}
