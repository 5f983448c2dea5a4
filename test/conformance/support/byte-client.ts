// Requests and answers byte for byte, on a raw socket: one character of a text is one byte on the wire.

import { newAddress, sendBytes, type Target } from "./client.ts";
import { linesOf, type Fields } from "./fields.ts";

/** What fetch and Node send for "Müller, Jürgen": Latin-1, which is no UTF-8. */
export const LATIN = "M\u00fcller, J\u00fcrgen";
/** Other bytes of the same length, of which nothing else can be read either. */
export const OTHER = "M\u00f6ller, J\u00f6rgen";
export const UTF8 = Buffer.from("Müller, 名前 😀").toString("latin1");

export interface ByteAnswer {
  readonly status: number;
  readonly lines: (name: string) => readonly string[];
  readonly body: string;
}

export interface ByteRequest {
  readonly method?: string;
  readonly ip?: string;
  readonly fields?: Fields;
  readonly body?: string;
}

export async function askBytes(to: Target, target: string, asking: ByteRequest = {}): Promise<ByteAnswer> {
  const { method = "GET", ip = newAddress(), fields = [], body = "" } = asking;
  const framing = body === "" ? [] : [["Content-Length", String(body.length)] as const];
  const lines = [
    ["Host", "a.example"],
    ["Connection", "close"],
    ["CF-Connecting-IP", ip],
    ...framing,
    ...fields,
  ];
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const { status, text } = await sendBytes(to, `${method} ${target} HTTP/1.1\r\n${head}\r\n${body}`);
  const [before = "", ...after] = text.split("\r\n\r\n");
  const given = before
    .split("\r\n")
    .slice(1)
    .map((line) => line.split(/:\s*(.*)/su, 2) as [string, string]);
  return { status, lines: (name) => linesOf(given, name), body: after.join("\r\n\r\n") };
}
