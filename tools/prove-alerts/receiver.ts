// A receiver of alerts that fails each message so often, and remembers what it took and when.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Taken {
  readonly id: string;
  readonly atMs: number;
  /** Alerts that the message tells of, with those that it only counts. */
  readonly alerts: number;
}

export interface Receiver {
  readonly url: string;
  readonly taken: readonly Taken[];
  readonly failed: () => number;
  readonly close: () => void;
}

export async function startReceiver(failures: number): Promise<Receiver> {
  const taken: Taken[] = [];
  const tries = new Map<string, number>();
  let failed = 0;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const atMs = Date.now();
    const body = await text(request);
    const id = String(request.headers["webhook-id"]);
    const tried = (tries.get(id) ?? 0) + 1;
    tries.set(id, tried);
    if (tried <= failures) {
      failed += 1;
      response.writeHead(500).end();
      return;
    }
    const { alerts, truncatedAlerts } = JSON.parse(body) as { alerts: unknown[]; truncatedAlerts: number };
    taken.push({ id, atMs, alerts: alerts.length + truncatedAlerts });
    response.writeHead(204).end();
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken,
    failed: () => failed,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
