// The echo page: tells the client what reached the origin. It counts the whole body but keeps only the start of it.

import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson } from "./send-json.ts";

/** How much of a body is sent back. */
const ECHO_BODY_BYTES_MAX = 16_384;

export async function answerEcho(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let bodyBytes = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    const start = piece.subarray(0, ECHO_BODY_BYTES_MAX - keptBytes);
    if (start.length > 0) kept.push(start);
    keptBytes += start.length;
    bodyBytes += piece.length;
  }
  sendJson(response, {
    method: request.method,
    path: request.url,
    headers: request.headers,
    bodyBytes,
    body: Buffer.concat(kept).toString("utf8"),
  });
}
