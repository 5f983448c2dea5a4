// Requests as their author wrote them. fetch() would tidy paths, refuse fields and follow redirects; these do not.

import { request as openRequest, type IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { WebSocket } from "ws";
import { linesOf, toFields, valueOf, type Fields } from "./fields.ts";

/** Where to send it: a gateway or an origin. */
export interface Target {
  readonly url: string;
}

export interface RequestOptions {
  readonly method?: string;
  readonly fields?: Fields;
  /** The address to act as. Locally workerd believes the client's CF-Connecting-IP; at Cloudflare nobody can set it. */
  readonly ip?: string;
  readonly body?: string | Uint8Array | Readable;
}

export interface Head {
  readonly status: number;
  readonly fields: Fields;
  readonly field: (name: string) => string | undefined;
  readonly lines: (name: string) => string[];
  /** Milliseconds of this process's clock, before the request left and after the response head came. */
  readonly sentAtMs: number;
  readonly answeredAtMs: number;
}

export interface Reply extends Head {
  readonly body: Buffer;
  readonly text: () => string;
  readonly json: () => Record<string, unknown>;
}

export interface OpenReply extends Head {
  readonly stream: IncomingMessage;
}

/** `path` goes into the request line as it is. Resolves when the whole response has arrived. */
export async function send(to: Target, path: string, options: RequestOptions = {}): Promise<Reply> {
  const { stream, ...head } = await open(to, path, options);
  const body = await buffer(stream);
  return {
    ...head,
    body,
    text: () => body.toString("utf8"),
    json: () => JSON.parse(body.toString("utf8")) as Record<string, unknown>,
  };
}

/** Resolves with the response's head; its body is still to be read. */
export function open(to: Target, path: string, options: RequestOptions = {}): Promise<OpenReply> {
  const { method = "GET", body = "" } = options;
  const { hostname, port, host } = new URL(to.url);
  const address = options.ip === undefined ? [] : [["CF-Connecting-IP", options.ip] as const];
  const fields = [...address, ...(options.fields ?? [])];
  const implied: Fields = linesOf(fields, "Host").length === 0 ? [["Host", host]] : [];
  const framing = toFraming(fields, body);
  return new Promise((resolve, reject) => {
    const sentAtMs = Date.now();
    const headers = [...implied, ...fields, ...framing].flat();
    const request = openRequest({ hostname, port, path, method, headers, agent: false });
    request.on("error", reject);
    request.on("response", (stream) => {
      resolve({ ...toHead(stream), sentAtMs, answeredAtMs: Date.now(), stream });
    });
    if (typeof body === "string" || body instanceof Uint8Array) request.end(body);
    else body.pipe(request);
  });
}

/** Node frames nothing by itself when the fields are a list of lines. */
function toFraming(fields: Fields, body: string | Uint8Array | Readable): Fields {
  if (linesOf(fields, "Content-Length").length + linesOf(fields, "Transfer-Encoding").length > 0) return [];
  if (typeof body !== "string" && !(body instanceof Uint8Array)) return [["Transfer-Encoding", "chunked"]];
  return body.length === 0 ? [] : [["Content-Length", String(Buffer.byteLength(body))]];
}

function toHead(stream: IncomingMessage): Pick<Head, "status" | "fields" | "field" | "lines"> {
  const fields = toFields(stream.rawHeaders);
  return {
    status: stream.statusCode ?? 0,
    fields,
    field: (name) => valueOf(fields, name),
    lines: (name) => linesOf(fields, name),
  };
}

/** Bytes on a socket, for what no HTTP client would send. Resolves with all that came back once the server closed. */
export function sendBytes(
  to: Target,
  bytes: string,
  silenceMsMax = 10_000,
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(to.url);
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(bytes, "latin1"));
    socket.setTimeout(silenceMsMax, () => socket.destroy());
    socket.on("data", (piece) => pieces.push(piece));
    socket.on("error", reject);
    socket.on("close", () => {
      const text = Buffer.concat(pieces).toString("latin1");
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0), text });
    });
  });
}

/** GETs all paths over a few connections, without waiting for one answer before the next request; counts the statuses. */
export async function sendMany(
  to: Target,
  paths: readonly string[],
  host = "a.example",
): Promise<Readonly<Record<number, number>>> {
  const counts: Record<number, number> = {};
  const share = Math.ceil(paths.length / CONNECTIONS);
  const shares = Array.from({ length: CONNECTIONS }, (_, at) => paths.slice(at * share, (at + 1) * share));
  const sent = shares
    .filter(({ length }) => length > 0)
    .map((part) => sendBytes(to, toPipeline(part, host), 60_000));
  for (const { text } of await Promise.all(sent)) {
    for (const [, status] of text.matchAll(/HTTP\/1\.1 (\d{3}) /g)) {
      counts[Number(status)] = (counts[Number(status)] ?? 0) + 1;
    }
  }
  return counts;
}

const CONNECTIONS = 8;

function toPipeline(paths: readonly string[], host: string): string {
  const requests = paths.map((path, at) => {
    const connection = at === paths.length - 1 ? "close" : "keep-alive";
    return `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: ${connection}\r\n\r\n`;
  });
  return requests.join("");
}

/** Resolves when the handshake is done. Rejects with "Unexpected server response: <status>" when it is refused. */
export function openWebSocket(to: Target, path: string, options: WebSocketOptions = {}): Promise<WebSocket> {
  const { ip, fields = [], protocols = [] } = options;
  const headers = Object.fromEntries([
    ...fields,
    ...(ip === undefined ? [] : [["CF-Connecting-IP", ip] as const]),
  ]);
  const socket = new WebSocket(`${to.url.replace(/^http/, "ws")}${path}`, [...protocols], { headers });
  return new Promise((resolve, reject) => {
    socket.once("open", () => {
      resolve(socket);
    });
    socket.once("error", reject);
  });
}

export interface WebSocketOptions {
  readonly ip?: string;
  readonly fields?: Fields;
  readonly protocols?: readonly string[];
}

let addresses = 0;

/** An IPv4 address that no other test of this file uses: a fresh key. */
export function newAddress(): string {
  addresses += 1;
  return `10.${addresses >> 16}.${(addresses >> 8) & 255}.${addresses & 255}`;
}
