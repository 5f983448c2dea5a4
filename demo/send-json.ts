// Answers a request with JSON, indented because a person reads it.

import type { ServerResponse } from "node:http";

export interface AnswerOptions {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export function sendJson(response: ServerResponse, value: unknown, options: AnswerOptions = {}): void {
  const body = `${JSON.stringify(value, undefined, 2)}\n`;
  response.writeHead(options.status ?? 200, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    ...options.headers,
  });
  response.end(body);
}
