// The bodies that receivers of logs take.

import type { LogLine } from "../log-line.ts";
import type { Sender, Shaped } from "../shapes/shape.ts";

/** A line as it was written, and as it is to leave. */
export interface Entry {
  readonly line: LogLine;
  readonly shaped: Shaped;
}

export interface EncodeOptions extends Sender {
  /** Names the batch: the same however often it is sent. */
  readonly batchId: string;
}

export interface LogFormat {
  readonly contentType: string;
  readonly encode: (entries: readonly Entry[], options: EncodeOptions) => string;
  /** How many lines a receiver refused in an answer that says it took the batch. Without it, none. */
  readonly countRefused?: (answer: unknown) => number;
}
