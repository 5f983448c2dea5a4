// Structured log lines: one JSON object a line, never a secret, never a raw key. Logging can never fail a request.

import { formatInstant } from "../core/http/rfc3339.ts";
import type { LogFields, LogLine } from "../core/log/log-line.ts";
import { readClock } from "./clock.ts";

/** Where lines go. One for the isolate: objects write lines too, and know of no gateway. */
export interface LogTarget {
  /** Whether the platform's log has them. */
  readonly hasConsole: boolean;
  /** The active configuration's version; every line has it. */
  readonly version: number;
  /** Takes a line for a receiver elsewhere, with its JSON. */
  readonly sinks: readonly { readonly add: (line: LogLine, text: string) => void }[];
}

let target: LogTarget = { hasConsole: true, version: 0, sinks: [] };

export function setLogTarget(to: LogTarget): void {
  target = to;
}

/** Writes one line. `event` names what happened; the rest says where and how long. */
export function writeLog(event: string, fields: LogFields): void {
  try {
    const { hasConsole, version, sinks } = target;
    const line = { event, time: formatInstant(readClock()), ...fields, version };
    const text = JSON.stringify(line);
    // oxlint-disable-next-line no-console -- the platform's log is the console
    if (hasConsole) console.log(text);
    for (const sink of sinks) sink.add(line, text);
  } catch {
    // A log line that cannot be written is lost; the request is not.
  }
}
