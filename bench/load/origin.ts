// The origin behind every contender: answers at once, and counts what reaches it. What reached it is what was admitted,
// whoever says so.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const BODY = JSON.stringify({ id: 42, name: "headgate", tags: ["water", "gate"], open: true });

export interface Origin {
  readonly url: string;
  /** Requests by client address since the last call. */
  readonly takeAdmitted: () => ReadonlyMap<string, number>;
  readonly close: () => void;
}

export async function startOrigin(): Promise<Origin> {
  let admitted = new Map<string, number>();
  const server = createServer(({ headers }, response) => {
    const address = String(headers["x-forwarded-for"] ?? headers["cf-connecting-ip"] ?? "");
    admitted.set(address, (admitted.get(address) ?? 0) + 1);
    response.setHeader("Content-Type", "application/json");
    response.setHeader("Cache-Control", "max-age=60");
    response.end(BODY);
  });
  // A contender keeps its connections between its turns.
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    takeAdmitted: () => {
      const taken = admitted;
      admitted = new Map();
      return taken;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
