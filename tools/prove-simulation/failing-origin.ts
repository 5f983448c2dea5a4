// An origin that answers everything with 200, and /broken with 503 every other time.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export async function startFailingOrigin(): Promise<{ readonly url: string; readonly close: () => void }> {
  let asked = 0;
  const server = createServer((request, response) => {
    const isBroken = request.url?.startsWith("/broken") === true && (asked += 1) % 2 === 0;
    response.writeHead(isBroken ? 503 : 200, { "Content-Type": "application/json" });
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
