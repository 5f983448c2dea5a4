// A real origin server on the loopback address. It answers each path as the test says, well or badly, and records what
// it was asked, byte for byte as far as Node shows it. It decides nothing by itself.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { WebSocketServer } from "ws";
import { linesOf, toFields, valueOf, type Fields } from "./fields.ts";

const BODY_BYTES_KEPT = 1_048_576;
const EVENTS = ["end", "close"];

export interface RecordedRequest {
  readonly method: string;
  /** The request target as it stood in the request line. */
  readonly target: string;
  readonly fields: Fields;
  readonly field: (name: string) => string | undefined;
  readonly lines: (name: string) => string[];
  /** What has arrived of the body so far; the first MiB of it is kept. */
  readonly body: () => Buffer;
  readonly bodyBytes: () => number;
}

export interface HttpAnswer {
  readonly status?: number;
  readonly fields?: Fields;
  /** Text and bytes get a Content-Length. A generator sets its own pace, is sent chunked, and cuts the answer when it throws. */
  readonly body?: string | Uint8Array | AsyncIterable<string | Uint8Array>;
}

/** Bytes in place of an HTTP answer, and what becomes of the connection after them. */
export interface RawAnswer {
  readonly raw: string;
  readonly ending: "close" | "reset" | "stall";
}

/** HTTP answers wait for the end of the request; raw ones do not. */
export type Script =
  | HttpAnswer
  | RawAnswer
  | ((request: RecordedRequest) => HttpAnswer | Promise<HttpAnswer>);

export interface Origin {
  readonly url: string;
  /** "127.0.0.1:port", as in a Host field. */
  readonly host: string;
  /** How to answer a path (without its query); "*" is every path that has no script of its own. */
  readonly serve: (path: string, script: Script) => void;
  /** What was asked of a path (without its query), or of all of them, in order of arrival. */
  readonly requests: (path?: string) => readonly RecordedRequest[];
  /** Requests of a path (without its query) that were neither answered whole nor cut off by who asked: now, and at most. */
  readonly flights: (path: string) => Flights;
  /** From now on this hears the code of each WebSocket that closes. */
  readonly onWebSocketClose: (listener: (code: number) => void) => void;
  readonly close: () => Promise<void>;
}

export interface Flights {
  readonly now: number;
  readonly most: number;
}

/** `port` is for an origin that comes back where it was; 0 takes a free one. */
export async function startOrigin(port = 0): Promise<Origin> {
  const scripts = new Map<string, Script>([["*", { body: "from the origin" }]]);
  const recorded: RecordedRequest[] = [];
  const flights = new Map<string, Flights>();
  const fly = ({ target }: RecordedRequest, ends: readonly (ServerResponse | Socket)[]): void => {
    const path = toPath(target);
    const read = (): Flights => flights.get(path) ?? { now: 0, most: 0 };
    let [isOver, isCounted] = [false, false];
    const take = (): void => {
      const { now, most } = read();
      flights.set(path, { now: now + 1, most: Math.max(most, now + 1) });
      isCounted = true;
    };
    // Whoever asked has gone when its side of the connection ends: Node takes a moment longer to close it.
    const land = (): void => {
      if (isOver) return;
      isOver = true;
      // A connection outlives its requests: none of them goes on listening to it.
      for (const one of ends) for (const event of EVENTS) one.off(event, land);
      if (!isCounted) take();
      flights.set(path, { ...read(), now: read().now - 1 });
    };
    // Of what has come together Node tells of a request before it tells of a connection that was closed before it.
    setImmediate(() => {
      if (!isOver) take();
    });
    for (const one of ends) for (const event of EVENTS) one.once(event, land);
  };
  const record = (message: IncomingMessage): RecordedRequest => {
    const request = recordRequest(message);
    recorded.push(request);
    return request;
  };
  const findScript = ({ target }: RecordedRequest): Script =>
    scripts.get(toPath(target)) ?? scripts.get("*") ?? {};
  const server = createServer({ maxHeaderSize: 262_144, requestTimeout: 0, keepAliveTimeout: 300_000 });
  server.on("request", (message, response) => {
    const request = record(message);
    const script = findScript(request);
    fly(request, [response, message.socket]);
    if ("raw" in script) giveRaw(script, message.socket);
    else message.once("end", () => void follow(script, request, response));
  });
  let onClose: (code: number) => void = () => undefined;
  const findOpening = (message: IncomingMessage): Script => {
    const request = record(message);
    fly(request, [message.socket]);
    return findScript(request);
  };
  serveWebSockets(server, findOpening, (code) => {
    onClose(code);
  });
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `http://${host}`,
    host,
    serve: (path, script) => scripts.set(path, script),
    requests: (path) => recorded.filter(({ target }) => path === undefined || toPath(target) === path),
    onWebSocketClose: (listener) => {
      onClose = listener;
    },
    flights: (path) => flights.get(path) ?? { now: 0, most: 0 },
    close: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function toPath(target: string): string {
  return target.split("?", 1)[0] ?? "";
}

function recordRequest(message: IncomingMessage): RecordedRequest {
  const fields = toFields(message.rawHeaders);
  const kept: Buffer[] = [];
  let bodyBytes = 0;
  message.on("data", (piece: Buffer) => {
    if (bodyBytes < BODY_BYTES_KEPT) kept.push(piece);
    bodyBytes += piece.length;
  });
  message.on("error", () => message.destroy());
  return {
    method: message.method ?? "",
    target: message.url ?? "",
    fields,
    field: (name) => valueOf(fields, name),
    lines: (name) => linesOf(fields, name),
    body: () => Buffer.concat(kept),
    bodyBytes: () => bodyBytes,
  };
}

async function follow(
  script: Exclude<Script, RawAnswer>,
  request: RecordedRequest,
  response: ServerResponse,
): Promise<void> {
  const answer = typeof script === "function" ? await script(request) : script;
  const { status = 200, fields = [], body = "" } = answer;
  const isWhole = typeof body === "string" || body instanceof Uint8Array;
  const isBodiless = status === 204 || status === 304 || linesOf(fields, "Content-Length").length > 0;
  const length: Fields = isWhole && !isBodiless ? [["Content-Length", String(Buffer.byteLength(body))]] : [];
  response.writeHead(status, [...fields, ...length].flat());
  if (isWhole) {
    // Text would take the fields with it into UTF-8.
    response.end(typeof body === "string" ? Buffer.from(body) : body);
    return;
  }
  response.flushHeaders();
  // A generator that throws, or a client that has gone: either way the connection is cut, which is what was wanted.
  await pipeline(Readable.from(body, { objectMode: false }), response).catch(() => response.destroy());
}

function giveRaw({ raw, ending }: RawAnswer, socket: Socket): void {
  const finish = (): void => {
    if (ending === "close") socket.end();
    if (ending === "reset") socket.resetAndDestroy();
  };
  if (raw === "") finish();
  else socket.write(raw, "latin1", finish);
}

/** Sends every message back, but ends on "bye" and on "die". A path with a raw answer gives that instead of the handshake. */
function serveWebSockets(
  server: Server,
  findScript: (message: IncomingMessage) => Script,
  onClose: (code: number) => void,
): void {
  const sockets = new WebSocketServer({ noServer: true });
  sockets.on("connection", (webSocket) => {
    webSocket.on("close", onClose);
    webSocket.on("message", (data: Buffer, isBinary) => {
      const text = data.toString();
      if (text === "bye") webSocket.close(4_005, text);
      else if (text === "die") webSocket.terminate();
      else webSocket.send(data, { binary: isBinary });
    });
  });
  server.on("upgrade", (message: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    server.once("close", () => socket.destroy());
    const script = findScript(message);
    if ("raw" in script) giveRaw(script, socket);
    else
      sockets.handleUpgrade(message, socket, head, (opened) => sockets.emit("connection", opened, message));
  });
}
