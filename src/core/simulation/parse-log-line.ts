// Reads a line of an access log in whichever of the known forms it is. Each line is looked at by itself: a file may change
// its form in the middle, and a line that was cut says nothing of the next.

import { parseCommonLog } from "./log-formats/common-log.ts";
import { parseHaproxyLog } from "./log-formats/haproxy-log.ts";
import { parseJsonLog } from "./log-formats/json-log.ts";
import type { ParsedLine } from "./logged-request.ts";

/** Longer lines are no requests that a gateway would take. */
export const LINE_LENGTH_MAX = 65_536;

export function parseLogLine(line: string): ParsedLine {
  if (line.length > LINE_LENGTH_MAX) return "unreadable";
  const text = line.charCodeAt(0) === 0xfeff ? line.slice(1) : line;
  if (text.trim() === "" || text.startsWith("#")) return "not-a-request";
  if (text.startsWith("{")) return parseJsonLog(text);
  const common = parseCommonLog(text);
  return common === "unreadable" ? parseHaproxyLog(text) : common;
}
