// A receiver of log lines that fails: of ten batches two are answered 503 and one is not answered at all, having been taken
// every other time. It remembers which lines it took.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface Line {
  readonly event: string;
  readonly requestId?: string;
}

export interface Receiver {
  readonly url: string;
  /** Every line that it took. */
  readonly readTaken: () => readonly Line[];
  /** How many batches were answered how. */
  readonly counts: { readonly taken: number; readonly failed: number; readonly stalled: number };
  readonly close: () => void;
}

function toLines(body: string): readonly Line[] {
  return body
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

export async function startReceiver(): Promise<Receiver> {
  const bodies: string[] = [];
  const counts = { taken: 0, failed: 0, stalled: 0 };
  let batches = 0;
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const at = (batches += 1) % 10;
    const body = await text(request);
    if (at === 3 || at === 8) {
      counts.failed += 1;
      response.writeHead(503).end();
      return;
    }
    const isStalling = at === 5;
    if (!isStalling || counts.stalled % 2 === 0) bodies.push(body);
    counts[isStalling ? "stalled" : "taken"] += 1;
    if (!isStalling) response.writeHead(204).end();
  };
  const server = createServer((request, response) => void take(request, response));
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    readTaken: () => bodies.flatMap(toLines),
    counts,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
