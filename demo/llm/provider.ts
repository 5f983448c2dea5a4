// A stand-in of a language model's API, for guides, tests and proofs: it answers as OpenAI's and Anthropic's do, in one piece
// or as a stream, says what was used and what is left of its own limits, and refuses what is beyond those. A token is four
// characters. What is said to it tells it what to do: "say 40", "slow 40", "fail", "hang 10" (says so many and then nothing but pings for ten seconds), "stall 10" (not even those),
// "die 10" (breaks off), "tear 10" (breaks off in the middle of an event), "tools".

import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Call, type Event, toDocument, toEnd, toNext, toStart, TOKEN } from "./answers.ts";

export interface ProviderOptions {
  /** 0 picks a free port. */
  readonly port?: number;
  /** Tokens in each so many milliseconds, for each key. Default: as many as anybody wants. */
  readonly tokens?: number;
  readonly windowMs?: number;
  /** Between two tokens of a stream. Default: a turn of the event loop. */
  readonly tokenMs?: number;
}

export interface Provider {
  readonly url: string;
  /** What it has counted, by key and in all. */
  readonly used: (key?: string) => number;
  readonly calls: () => Readonly<Record<"answered" | "refused" | "failed", number>>;
  readonly close: () => Promise<void>;
}

const SLOW_MS = 5;
const PING_MS = 30;
const PINGS_MAX = 300;
const OUTPUT_STANDARD = "16";
const WORDS = /\b(say|slow|hang|stall|tear|die|fail|tools) ?(\d+)?/;

type Body = Readonly<Record<string, unknown>>;

/** What is said, and what it is to do. */
function readCall({ url = "", headers }: IncomingMessage, body: Body): Call {
  const messages = Array.isArray(body["messages"]) ? (body["messages"] as readonly Body[]) : [];
  const texts = messages.flatMap(({ role, content }) => [String(role), toSaid(content)]);
  const [, word = "say", digits = OUTPUT_STANDARD] = WORDS.exec(texts.at(-1) ?? "") ?? [];
  const options = body["stream_options"] as Body | undefined;
  return {
    kind: url.startsWith("/v1/messages") ? "anthropic" : "openai",
    key: String(headers["x-team"] ?? headers.authorization ?? ""),
    isStream: body["stream"] === true,
    hasUsage: options?.["include_usage"] === true,
    word,
    input: Math.ceil(texts.join("").length / TOKEN.length),
    output: Math.min(Number(body["max_tokens"] ?? Infinity), Number(digits)),
  };
}

/** One text, or the parts of one. */
function toSaid(content: unknown): string {
  if (!Array.isArray(content)) return String(content);
  return (content as readonly Body[]).map(({ text = "" }) => String(text)).join("");
}

/** Tokens that each key may use in a window that begins with its first call. */
class Windows {
  readonly #windows = new Map<string, { readonly sinceMs: number; used: number }>();
  readonly #tokens: number;
  readonly #windowMs: number;

  constructor(tokens: number, windowMs: number) {
    this.#tokens = tokens;
    this.#windowMs = windowMs;
  }

  /** What is left once this has been taken; undefined: it is refused. */
  take(key: string, count: number): Left | undefined {
    const nowMs = Date.now();
    const known = this.#windows.get(key);
    const isOver = known === undefined || nowMs >= known.sinceMs + this.#windowMs;
    const window = isOver ? { sinceMs: nowMs, used: 0 } : known;
    this.#windows.set(key, window);
    if (window.used + count > this.#tokens) return undefined;
    window.used += count;
    const resetMs = window.sinceMs + this.#windowMs - nowMs;
    return { tokens: this.#tokens, left: this.#tokens - window.used, resetMs };
  }
}

interface Left {
  readonly tokens: number;
  readonly left: number;
  readonly resetMs: number;
}

const toError = (message: string, type: string, code: string | null): object => ({
  type: "error",
  error: { message, type, code },
});

export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const { tokens = Infinity, windowMs = 10_000, tokenMs } = options;
  const used = new Map<string, number>();
  const calls = { answered: 0, refused: 0, failed: 0 };
  const windows = new Windows(tokens, windowMs);
  const count = (key: string, some: number): void => {
    used.set(key, (used.get(key) ?? 0) + some);
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== "POST") {
      send(response, 405, toError("Say something.", "invalid_request_error", null));
      return;
    }
    const call = readCall(request, await readBody(request));
    if (call.word === "fail") {
      calls.failed += 1;
      send(response, 500, toError("The model failed.", "server_error", null));
      return;
    }
    const left = windows.take(call.key, call.input + call.output);
    if (left === undefined) {
      calls.refused += 1;
      response.setHeader("retry-after", "1");
      send(response, 429, toError("Rate limit reached.", "rate_limit_error", "rate_limit_exceeded"));
      return;
    }
    calls.answered += 1;
    if (tokens < Infinity) sayLimits(response, call.kind, left);
    count(call.key, call.input);
    if (call.isStream) await stream(response, call, { count, tokenMs });
    else {
      count(call.key, call.output);
      send(response, 200, toDocument(call));
    }
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => {
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    used: (key) =>
      key === undefined ? [...used.values()].reduce((all, one) => all + one, 0) : (used.get(key) ?? 0),
    calls: () => ({ ...calls }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => {
        server.close(resolve);
      });
    },
  };
}

async function readBody(request: IncomingMessage): Promise<Body> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const text = Buffer.concat(pieces).toString();
  return text === "" ? {} : (JSON.parse(text) as Body);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

/** As each says it: a duration, or an instant. */
function sayLimits(response: ServerResponse, kind: Call["kind"], { tokens, left, resetMs }: Left): void {
  const isOpenAi = kind === "openai";
  const prefix = isOpenAi ? "x-ratelimit-" : "anthropic-ratelimit-tokens-";
  const suffix = isOpenAi ? "-tokens" : "";
  const reset = isOpenAi ? `${resetMs}ms` : new Date(Date.now() + resetMs).toISOString();
  response.setHeader(`${prefix}limit${suffix}`, String(tokens));
  response.setHeader(`${prefix}remaining${suffix}`, String(left));
  response.setHeader(`${prefix}reset${suffix}`, reset);
}

interface Streaming {
  readonly count: (key: string, some: number) => void;
  readonly tokenMs: number | undefined;
}

async function stream(response: ServerResponse, call: Call, { count, tokenMs }: Streaming): Promise<void> {
  const { key, word, output } = call;
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8" });
  response.socket?.setNoDelay(true);
  const write = (event: Event): void => {
    response.write(toText(event));
  };
  for (const event of toStart(call)) write(event);
  for (let at = 0; at < output && !response.destroyed; at += 1) {
    count(key, 1);
    write(toNext(call));
    await pause(word === "slow" ? SLOW_MS : tokenMs);
  }
  await ENDINGS[word]?.(response, call);
  for (const event of toEnd(call)) write(event);
  response.end(call.kind === "openai" ? "data: [DONE]\n\n" : "");
}

/** How a stream does not end well. */
const ENDINGS: Readonly<Record<string, (response: ServerResponse, call: Call) => unknown>> = {
  die: (response) => response.destroy(),
  tear: (response, call) => {
    response.write(toText(toNext(call)).slice(0, -9));
    response.destroy();
  },
  hang: ping,
  stall: (response) => once(response, "close"),
};

function toText(event: Event): string {
  const name = event.type === undefined ? "" : `event: ${event.type}\n`;
  return `${name}data: ${JSON.stringify(event)}\n\n`;
}

/** As providers keep a stream alive that says nothing. */
async function ping(response: ServerResponse): Promise<void> {
  for (let pings = 0; pings < PINGS_MAX && !response.destroyed; pings += 1) {
    response.write(": ping\n\n");
    await pause(PING_MS);
  }
}

const pause = (ms: number | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (ms === undefined) setImmediate(resolve);
    else setTimeout(resolve, ms);
  });
