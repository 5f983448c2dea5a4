// A line of the log: flat, with the same names whatever it tells of. docs/errors.md has all fields; what leaves the gateway
// for somebody else's system is made of this in shapes/ and formats/.

import { parseInstant } from "../http/rfc3339.ts";

export type LogValue = string | number | boolean | readonly string[] | readonly number[] | undefined;

export interface LogFields {
  readonly [field: string]: LogValue;
}

export interface LogLine extends LogFields {
  /** What happened, in a word. */
  readonly event: string;
  /** When the line was written (RFC 3339, UTC). */
  readonly time: string;
}

export type Severity = "info" | "warn" | "error";

/** What is not here is the gateway's own affair, and somebody should look at it. */
const SEVERITIES: Readonly<Record<string, Severity>> = {
  allowed: "info",
  shadow: "info",
  failed: "error",
  crashed: "error",
};

export function toSeverity({ event }: Pick<LogLine, "event">): Severity {
  return SEVERITIES[event] ?? "warn";
}

/** Whether it tells of one request. */
export function isRequests(line: LogLine): boolean {
  return line["method"] !== undefined;
}

/** The line in words, for systems that show one text for each. */
export function toMessage({ event, ...line }: LogLine): string {
  const what = line["code"] ?? line["cause"] ?? line["state"];
  const whose = line["route"] ?? line["origin"];
  return [event, whose, what].filter((part) => part !== undefined).join(" ");
}

/** A field's text; undefined where it has none. */
export function readText(line: LogLine, field: string): string | undefined {
  const value = line[field];
  return typeof value === "string" ? value : undefined;
}

/** The fields but these, and but those without a value. */
export function omitFields(line: LogLine, taken: ReadonlySet<string>): LogFields {
  return Object.fromEntries(
    Object.entries(line).filter(([field, value]) => value !== undefined && !taken.has(field)),
  );
}

export function toTimeMs({ time }: Pick<LogLine, "time">): number {
  return parseInstant(time);
}
