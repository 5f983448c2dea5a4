// What workerd's Cache API talks to, which plain workerd has none of: keeps responses in memory. It knows no
// freshness; whoever stores here must look after that itself.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

const HEAD_END = "\r\n\r\n";
/** What comes is a body without a coding, and leaves with its length. */
const FRAMING: ReadonlySet<string> = new Set(["transfer-encoding", "content-length"]);
const ENTRIES_MAX = 10_000;

interface Stored {
  readonly status: number;
  /** Names and values by turns. */
  readonly fields: readonly string[];
  readonly body: Buffer;
}

export interface CacheStore {
  /** host:port */
  readonly address: string;
  /** What it was asked so far. */
  readonly asked: { readonly lookUps: number; readonly writes: number };
  readonly close: () => void;
}

/** `delayMs`: how long each answer takes, as one at a distance would. `storesNothing`: as on workers.dev. */
export async function startCacheStore({ delayMs = 0, storesNothing = false } = {}): Promise<CacheStore> {
  const entries = new Map<string, Stored>();
  const asked = { lookUps: 0, writes: 0 };
  const keep =
    (key: string, response: ServerResponse) =>
    (stored: Stored): ServerResponse => {
      if (entries.size < ENTRIES_MAX && !storesNothing) entries.set(key, stored);
      return response.writeHead(204).end();
    };
  // workerd, as the client of a proxy, names no host but in the URL.
  const handle = (request: IncomingMessage, response: ServerResponse): void => {
    const key = `${String(request.headers["cf-cache-namespace"] ?? "")} ${request.url}`;
    switch (request.method) {
      case "GET":
        asked.lookUps += 1;
        answer(response, entries.get(key));
        break;
      case "PUT":
        asked.writes += 1;
        // What a server that is ended no longer sends is not stored.
        readResponse(request).then(keep(key, response), () => response.destroy());
        break;
      default:
        response.writeHead(entries.delete(key) ? 200 : 404).end();
    }
  };
  const server = createServer({ requireHostHeader: false }, (request, response) => {
    if (delayMs === 0) handle(request, response);
    else setTimeout(handle, delayMs, request, response);
  });
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(response: ServerResponse, stored: Stored | undefined): void {
  if (stored === undefined) {
    response.writeHead(504, { "CF-Cache-Status": "MISS" }).end();
    return;
  }
  const { status, fields, body } = stored;
  const length = ["Content-Length", String(body.length)];
  response.writeHead(status, [...fields, ...length, "CF-Cache-Status", "HIT"]).end(body);
}

/** The Cache API puts a whole HTTP response into the body of its request. */
async function readResponse(request: IncomingMessage): Promise<Stored> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const message = Buffer.concat(chunks);
  const headEnd = message.indexOf(HEAD_END);
  const [statusLine = "", ...lines] = message.toString("latin1", 0, headEnd).split("\r\n");
  const fields = lines.flatMap((line) => {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon);
    return FRAMING.has(name.toLowerCase()) ? [] : [name, line.slice(colon + 1).trim()];
  });
  return {
    status: Number(statusLine.split(" ")[1]),
    fields,
    body: message.subarray(headEnd + HEAD_END.length),
  };
}
