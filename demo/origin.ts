// The demo origin: a small HTTP server to put Headgate in front of, with one page for each kind of traffic a gateway
// has to carry. It listens on the loopback address only and keeps nothing.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { findPage } from "./pages.ts";
import { sendJson } from "./send-json.ts";
import { createEcho } from "./web-socket-echo.ts";

const HOST = "127.0.0.1";

export interface DemoOrigin {
  /** Without a slash at the end: "http://127.0.0.1:8080". */
  readonly url: string;
  /** Ends open connections, streams and sockets too. */
  readonly close: () => Promise<void>;
}

/** Port 0 takes a free one. Rejects when the port is taken. */
export async function startDemoOrigin({ port }: { readonly port: number }): Promise<DemoOrigin> {
  const server = createServer((request, response) => void answer(request, response));
  const echo = createEcho();
  server.on("upgrade", echo.upgrade);
  await listen(server, port);
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${HOST}:${taken}`,
    close: () => {
      echo.close();
      return closeServer(server);
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const [path = "/", query = ""] = (request.url ?? "/").split("?", 2);
  const page = findPage(path);
  if (page === undefined) {
    sendJson(response, { error: "there is no such page; / lists them" }, { status: 404 });
    return;
  }
  try {
    await page.answer(request, response, new URLSearchParams(query));
  } catch {
    // The client went away in the middle of its request: there is nobody left to answer.
    response.destroy();
  }
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

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
