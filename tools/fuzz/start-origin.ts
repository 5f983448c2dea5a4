// The origin behind the gateways of the fuzz: it answers everything, and never ends a connection of its own accord. Where
// one ends while the next request is on its way, that is a 502 and nobody's fault.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface FuzzOrigin {
  readonly url: string;
  readonly close: () => void;
}

/** `toStatus`: of an answer to this path; without it 200. */
export async function startOrigin(toStatus: (path: string) => number = () => 200): Promise<FuzzOrigin> {
  const server = createServer((request, response) => {
    response.writeHead(toStatus(request.url ?? ""), { "Content-Type": "application/json" });
    response.end("{}");
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
