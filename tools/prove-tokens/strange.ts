// Answers that no API gives: whatever a stream or a document is made of, its caller gets it as it is, and to its end; where it
// breaks off, and where the gateway takes out of it what it has asked for itself, it ends too.

import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { call, type Called, startTokenStand } from "./stand.ts";

const PARALLEL = 8;
/** A call that has not ended by then never does. */
const HANGS_MS = 20_000;

const PIECES = [
  "data: ",
  "\n",
  "\n\n",
  "\r\n",
  "data: [DONE]\n\n",
  'data: {"choices":[{"index":0,"delta":{"content":"tok "}}],"usage":null}\n\n',
  'data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\n',
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
  /** Which did not come as they were sent, or not as an answer that the provider gave. */
  readonly changed: number;
  readonly hung: number;
  readonly crashes: number;
}

interface Sent {
  readonly text: string;
  readonly type: string;
  readonly isBroken: boolean;
}

export async function playStrange(calls: number): Promise<Strange> {
  const random = toRandom(7);
  const pick = (from: readonly string[]): string => from[Math.floor(random() * from.length)] ?? "";
  const sent = new Map<string, Sent>();
  const server = createServer((request, response) => {
    request.resume();
    const pieces = Array.from({ length: Math.floor(random() * 12) }, () => pick(PIECES));
    const [type, isBroken] = [pick(TYPES), random() < 0.1];
    sent.set(String(request.headers["x-team"]), { text: pieces.join(""), type, isBroken });
    response.writeHead(200, { "content-type": type });
    for (const piece of pieces) response.write(piece);
    if (isBroken) response.destroy();
    else response.end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  const stand = await startTokenStand(1e9, { origin: `http://127.0.0.1:${port}` });
  const found = { changed: 0, hung: 0 };
  const ask = async (team: string, isAsking: boolean, isClaude: boolean): Promise<void> => {
    const more = { stream: true, ...(isAsking && { stream_options: { include_usage: true } }) };
    const path = isClaude ? "/v1/messages" : "/v1/chat/completions";
    const called = call(stand.url, { team, path, content: "say 1", more });
    const reply = await Promise.race([called, wait(HANGS_MS, undefined, { ref: false })]);
    if (reply === undefined) found.hung += 1;
    else if (!isRight(reply, sent.get(team), isAsking || isClaude)) found.changed += 1;
  };
  const teams = Array.from({ length: calls }, (_, at) => `t${at}`).values();
  const work = async (): Promise<void> => {
    for (const team of teams) await ask(team, random() < 0.5, random() < 0.3);
  };
  try {
    await Promise.all(Array.from({ length: PARALLEL }, work));
    return { calls, ...found, crashes: stand.logs.filter((line) => line.includes('"crashed"')).length };
  } finally {
    await stand.close();
    server.closeAllConnections();
    server.close();
  }
}

/** What breaks off before its head is no answer of the provider's. Callers that ask by themselves get every byte. */
function isRight(reply: Called, sent: Sent | undefined, isWhole: boolean): boolean {
  if (sent === undefined) return false;
  if (sent.isBroken) return [0, 200, 502].includes(reply.status);
  if (reply.status !== 200) return false;
  return reply.text === sent.text || (!isWhole && sent.type === "text/event-stream");
}
