// The shapes that a line can leave in: the gateway's own, or that of a common schema.

import type { LogLine } from "../log-line.ts";

/** What a line becomes: JSON. */
export type Shaped = Readonly<Record<string, unknown>>;

/** Who it is from. */
export interface Sender {
  /** The deployment's name. */
  readonly name: string;
}

export type ToShape = (line: LogLine, sender: Sender) => Shaped;
