// A stand-in for Facebook's Graph API: real HTTP, rolling budgets for the app, each user and each page, told in the usage
// headers, refusals as the Graph API makes them (HTTP 400 with an error code), batches, pages, ETags, and its word that nothing
// may be stored. The budgets are scaled down, so times to regain access are fractions of minutes. It listens on the loopback
// address only and keeps nothing.

import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { sendJson } from "../send-json.ts";
import { readBatch } from "./graph-batch.ts";
import { type GraphAnswer, type GraphBudgets, GraphLedger, type GraphStats } from "./graph-ledger.ts";

export type { GraphStats };

const HOST = "127.0.0.1";
const BODY_BYTES_MAX = 1_048_576;
const KEEP_ALIVE_MS = 300_000;

/** Of every answer, as recorded from the real one. */
const NEVER_STORED: Readonly<Record<string, string>> = {
  "Cache-Control": "private, no-cache, no-store, must-revalidate",
  Pragma: "no-cache",
  Expires: "Sat, 01 Jan 2000 00:00:00 GMT",
};

export interface GraphOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly budgets: GraphBudgets;
  /** How long an answer takes, at least and at most. Default: no longer than it takes. */
  readonly latencyMs?: readonly [least: number, most: number];
  /** What it calls itself by in links. Default: where it listens. */
  readonly self?: string;
}

export interface GraphApi {
  /** Without a slash at the end. */
  readonly url: string;
  readonly stats: () => GraphStats;
  readonly close: () => Promise<void>;
}

/** Rejects when the port is taken. */
export async function startGraphApi({
  port,
  budgets,
  latencyMs: [least, most] = [0, 0],
  self,
}: GraphOptions): Promise<GraphApi> {
  const ledger = new GraphLedger(budgets);
  const toUrl = (): string => `http://${HOST}:${(server.address() as AddressInfo).port}`;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const content = await readContent(request);
    if (request.url === "/stats") {
      sendJson(response, ledger.stats);
      return;
    }
    // The call counts when it arrives; its answer takes its time.
    const counted = count(ledger, { request, content, self: self ?? toUrl() });
    if (most > 0) await wait(least + Math.random() * (most - least));
    send(response, counted, request.headers["if-none-match"]);
  };
  // A connection that is closed while a call is on its way loses the call: Node's own 5 seconds are a burst apart.
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    answer(request, response).catch(() => {
      response.destroy();
    });
  });
  await listen(server, port);
  return {
    url: toUrl(),
    stats: () => ledger.stats,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

interface Arrived {
  readonly request: IncomingMessage;
  readonly content: string;
  readonly self: string;
}

function count(ledger: GraphLedger, { request, content, self }: Arrived): GraphAnswer {
  const { url: target = "/", method = "GET", headers } = request;
  const batch = readBatch(method, target, content);
  if (batch === undefined) return ledger.count(target, headers.authorization, self);
  // The token of a batch is that of its calls: in the header, the query or the form.
  const [, query = ""] = target.split("?", 2);
  const [inQuery, inForm] = [query, content].map((text) => new URLSearchParams(text).get("access_token"));
  const token = inQuery ?? inForm ?? undefined;
  const authorization = headers.authorization ?? (token && `Bearer ${token}`);
  return ledger.countBatch(batch, authorization, self);
}

function send(response: ServerResponse, { status, headers, body }: GraphAnswer, condition?: string): void {
  const digest = createHash("sha256").update(JSON.stringify(body)).digest("hex");
  const etag = `"${digest.slice(0, 40)}"`;
  const fields = { ...NEVER_STORED, ...(status === 200 ? { ETag: etag } : {}), ...headers };
  if (status === 200 && condition === etag) response.writeHead(304, fields).end();
  else sendJson(response, body, { status, headers: fields });
}

/** One without end is cut. */
async function readContent(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > BODY_BYTES_MAX) throw new Error("the body is too long");
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString("utf8");
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, HOST, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
