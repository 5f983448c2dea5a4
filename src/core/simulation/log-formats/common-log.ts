// Lines of the common and the combined form, as nginx and Apache write them, with or without a virtual host before. They
// escape differently: nginx writes a quote as \x22, Apache as \", and both write other bytes as \xE9.

import { type ParsedLine, splitRequestLine, toHost } from "../logged-request.ts";
import { parseLogTime } from "./log-time.ts";

const QUOTED = String.raw`"((?:[^"\\]|\\.)*)"`;
const LINE = new RegExp(
  String.raw`^(?:(\S+) (?=[0-9A-Fa-f:.]*[.:][0-9A-Fa-f:.]* ))?(\S+) \S+ (.*?) ?\[([^\]]{20,35})\] ${QUOTED} (\d{3}|-) (?:\d+|-)(?: ${QUOTED} ${QUOTED})?`,
);
const ESCAPE = /\\(?:x([0-9A-Fa-f]{2})|(.))/g;

export function parseCommonLog(line: string): ParsedLine {
  const [whole, virtualHost, address, user, time = "", request = "", status, referer, agent] =
    LINE.exec(line) ?? [];
  const atMs = parseLogTime(time);
  if (whole === undefined || atMs === undefined) return "unreadable";
  const asked = splitRequestLine(request.replace(ESCAPE, toSent));
  // A connection that spoke no HTTP, TLS on a plain port for one, is logged as a request that was none.
  if (asked === undefined) return "not-http";
  return {
    atMs,
    method: asked.method,
    host: asked.host ?? (virtualHost === undefined ? undefined : toHost(virtualHost)),
    target: asked.target,
    address,
    consumer: toSaid(user),
    status: status === "-" ? undefined : Number(status),
    fields: toFields({ referer, "user-agent": agent }),
  };
}

/** "-" is nothing. */
function toSaid(text: string | undefined): string | undefined {
  return text === "-" || text === "" ? undefined : text;
}

function toFields(written: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  const fields: Record<string, string> = {};
  for (const [name, text] of Object.entries(written)) {
    const said = toSaid(text);
    if (said !== undefined) fields[name] = said.replace(ESCAPE, toCharacter);
  }
  return fields;
}

/** What was sent, as a URL has it: a byte that cannot stand there, escaped as one. */
function toSent(_whole: string, hex: string | undefined, other: string | undefined): string {
  if (hex !== undefined) return `%${hex.toUpperCase()}`;
  return other === "\\" ? "%5C" : encodeURI(toControl(other ?? ""));
}

function toCharacter(_whole: string, hex: string | undefined, other: string | undefined): string {
  return hex === undefined ? toControl(other ?? "") : String.fromCharCode(Number.parseInt(hex, 16));
}

function toControl(letter: string): string {
  const at = "nrtvfb".indexOf(letter);
  return at === -1 || letter === "" ? letter : ("\n\r\t\v\f\b"[at] ?? letter);
}
