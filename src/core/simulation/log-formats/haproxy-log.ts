// Lines of HAProxy's HTTP form. They have no time zone: they are read as UTC, and who reads them says which zone it is.

import { type ParsedLine, splitRequestLine } from "../logged-request.ts";
import { parseLogTime } from "./log-time.ts";

const LINE =
  /(?:^|\s)(\[?[0-9A-Fa-f:.]+\]?):\d+ \[(\d\d\/\w{3}\/\d{4}:[\d:.]{8,15})\] \S+ \S+ [-+\d]+(?:\/[-+\d]+){3,4} (\d{3}|-1) .*"([^"]*)"\s*$/;

export function parseHaproxyLog(line: string): ParsedLine {
  const [whole, address, time = "", status, request = ""] = LINE.exec(line) ?? [];
  const atMs = parseLogTime(time);
  if (whole === undefined || atMs === undefined) return "unreadable";
  const asked = splitRequestLine(request.replace(/#([0-9A-Fa-f]{2})/g, "%$1"));
  if (asked === undefined) return "not-http";
  return {
    atMs,
    method: asked.method,
    host: asked.host,
    target: asked.target,
    address: address?.replace(/^\[|\]$/g, ""),
    status: status === "-1" ? undefined : Number(status),
    fields: {},
  };
}
