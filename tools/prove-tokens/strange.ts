// Answers that no API gives: whatever a stream or a document is made of, its caller gets it as it is.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { call, startTokenStand } from "./stand.ts";

const PIECES = [
  "data: ",
  "\n",
  "\n\n",
  "\r\n",
  "data: [DONE]\n\n",
  ": ping\n\n",
  "event: error\n",
  "{",
  "}",
  "[",
  "]",
  '"usage":',
  '{"usage":{"prompt_tokens":1e400}}',
  '{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}',
  "\\",
  '"',
  "\u0000",
  "é漢",
  "x".repeat(5_000),
  '{"usage":null}',
  '{"usage":{"prompt_tokens":-1,"completion_tokens":"9"}}',
];
const TYPES = ["text/event-stream", "application/json", "application/x-ndjson", "text/plain"];

/** The same numbers in each run. */
function toRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface Strange {
  readonly calls: number;
  /** Which did not come as they were sent. */
  readonly changed: number;
  readonly crashes: number;
}

export async function playStrange(calls: number): Promise<Strange> {
  const random = toRandom(7);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  const sent = new Map<string, string>();
  const server = createServer((request, response) => {
    request.resume();
    const pieces = Array.from({ length: Math.floor(random() * 12) }, () => pick(PIECES));
    sent.set(String(request.headers["x-team"]), pieces.join(""));
    response.writeHead(200, { "content-type": pick(TYPES) });
    for (const piece of pieces) response.write(piece);
    response.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const stand = await startTokenStand(1e9, { origin: `http://127.0.0.1:${port}` });
  let changed = 0;
  try {
    for (let at = 0; at < calls; at += 1) {
      const team = `t${at}`;
      // Callers that ask by themselves get every byte.
      const more = { stream: true, stream_options: { include_usage: true } };
      const { status, text } = await call(stand.url, { team, content: "say 1", more });
      if (status !== 200 || text !== sent.get(team)) changed += 1;
    }
    return { calls, changed, crashes: stand.logs.filter((line) => line.includes('"crashed"')).length };
  } finally {
    await stand.close();
    server.closeAllConnections();
    server.close();
  }
}
