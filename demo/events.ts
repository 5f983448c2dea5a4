// The events page: server-sent events, one each second. The stream ends by itself so that a forgotten client costs
// nothing.

import type { IncomingMessage, ServerResponse } from "node:http";

const EVENT_INTERVAL_MS = 1_000;
const EVENTS_MAX = 30;

export function answerEvents(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-store" });
  let sent = 0;
  const send = (): void => {
    sent += 1;
    response.write(`id: ${sent}\ndata: ${JSON.stringify({ event: sent, of: EVENTS_MAX })}\n\n`);
    if (sent >= EVENTS_MAX) response.end();
  };
  send();
  const timer = setInterval(send, EVENT_INTERVAL_MS);
  response.on("close", () => {
    clearInterval(timer);
  });
}
