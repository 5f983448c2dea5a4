// The pages of the demo origin, in one table: the index page is written from it, so a page is added in one place.

import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import { answerEcho } from "./echo.ts";
import { answerEvents } from "./events.ts";
import { sendJson } from "./send-json.ts";

const SLOW_PAGE_MS = 2_000;
const QUERY_CHARACTERS_MAX = 200;

export interface Page {
  readonly path: string;
  readonly about: string;
  readonly answer: (
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
  ) => void | Promise<void>;
}

const pages: readonly Page[] = [
  { path: "/", about: "this list", answer: answerIndex },
  { path: "/json", about: "a small JSON document", answer: answerJson },
  { path: "/slow", about: `an answer that takes ${SLOW_PAGE_MS / 1_000} seconds`, answer: answerSlowly },
  { path: "/cacheable", about: "fresh for 30 seconds; says when it was made", answer: answerCacheable },
  { path: "/search", about: "?q=word: one result that repeats the word", answer: answerSearch },
  { path: "/echo", about: "any method: what the origin received", answer: answerEcho },
  { path: "/error", about: "always a 500", answer: answerError },
  { path: "/events", about: "server-sent events, one each second", answer: answerEvents },
];

export function findPage(path: string): Page | undefined {
  return pages.find((page) => page.path === path);
}

function answerIndex(_request: IncomingMessage, response: ServerResponse): void {
  const listed = pages.map(({ path, about }) => [path, about] as const);
  sendJson(response, {
    name: "demo origin",
    pages: Object.fromEntries([...listed, ["/ws", "a WebSocket that sends back what it gets"]]),
  });
}

function answerJson(_request: IncomingMessage, response: ServerResponse): void {
  sendJson(response, { message: "Hello from the origin" });
}

async function answerSlowly(_request: IncomingMessage, response: ServerResponse): Promise<void> {
  await wait(SLOW_PAGE_MS);
  sendJson(response, { tookMs: SLOW_PAGE_MS });
}

function answerCacheable(_request: IncomingMessage, response: ServerResponse): void {
  const madeAt = new Date();
  const headers = { "Cache-Control": "public, max-age=30", ETag: `"${madeAt.getTime()}"` };
  sendJson(response, { madeAt: madeAt.toISOString() }, { headers });
}

function answerSearch(_request: IncomingMessage, response: ServerResponse, query: URLSearchParams): void {
  const q = (query.get("q") ?? "").slice(0, QUERY_CHARACTERS_MAX);
  sendJson(response, { q, results: q === "" ? [] : [{ title: `A page about ${q}` }] });
}

function answerError(_request: IncomingMessage, response: ServerResponse): void {
  sendJson(response, { error: "this page always fails" }, { status: 500 });
}
