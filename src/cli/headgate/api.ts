// Asks the admin API: one request, or all pages of a list. What it refuses is a CommandFailure with all that it said.

import { setTimeout as wait } from "node:timers/promises";
import { CommandFailure } from "./exit-codes.ts";
import type { GatewayAddress } from "./gateway-address.ts";
import { toSafeText } from "./print-safely.ts";
import { toProblemText } from "./problem-text.ts";
import { type Item, toItem, toItems } from "./table.ts";

export interface Asked {
  readonly body?: unknown;
  readonly ifMatch?: string;
  /** Safe to send again: nothing new is made by the second one. */
  readonly idempotencyKey?: string;
}

export interface Answer {
  readonly status: number;
  readonly etag: string | undefined;
  readonly body: unknown;
}

export interface Api {
  /** `path` is below the prefix. */
  readonly ask: (method: string, path: string, asked?: Asked) => Promise<Answer>;
  /** Follows cursors until there are `most` items or no more. */
  readonly list: (path: string, most: number) => Promise<readonly Item[]>;
}

const ANSWER_BYTES_MAX = 16 * 1_024 * 1_024;
const PAGE_MAX = 100;
const PAGES_MAX = 2_000;
const PAUSE_MS = 250;

export function createApi(address: GatewayAddress, timeoutMs: number): Api {
  const ask: Api["ask"] = async (method, path, asked = {}) => {
    const isRepeatable = method === "GET" || asked.idempotencyKey !== undefined;
    try {
      return await send({ method, path, ...asked }, address, timeoutMs);
    } catch (error) {
      if (!(error instanceof CommandFailure) || error.ending !== "unreachable" || !isRepeatable) throw error;
      await wait(PAUSE_MS);
      return await send({ method, path, ...asked }, address, timeoutMs);
    }
  };
  return { ask, list: async (path, most) => listAll(ask, path, most) };
}

async function listAll(ask: Api["ask"], path: string, most: number): Promise<readonly Item[]> {
  const items: Item[] = [];
  let cursor = "";
  for (let page = 0; page < PAGES_MAX && items.length < most; page += 1) {
    const limit = Math.min(PAGE_MAX, most - items.length);
    const { body } = await ask("GET", `${path}?limit=${limit}${cursor}`);
    const { items: more, next } = toItem(body);
    items.push(...toItems(more));
    if (!Number.isSafeInteger(next)) break;
    const following = `&cursor=${String(next)}`;
    if (following === cursor)
      throw new CommandFailure("refused", `${path} goes on and on: the page after this one is this one`);
    cursor = following;
  }
  return items;
}

interface Sent extends Asked {
  readonly method: string;
  readonly path: string;
}

async function send(sent: Sent, { base, token }: GatewayAddress, timeoutMs: number): Promise<Answer> {
  const { method, path, body, ifMatch, idempotencyKey } = sent;
  const { origin } = new URL(base);
  let response: Response;
  let text: string;
  try {
    response = await fetch(`${base}${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        Accept: "application/json",
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(ifMatch === undefined ? {} : { "If-Match": ifMatch }),
        ...(idempotencyKey === undefined ? {} : { "Idempotency-Key": idempotencyKey }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      // The token is for this host alone.
      redirect: "manual",
      signal: AbortSignal.timeout(timeoutMs),
    });
    text = await readText(response);
  } catch (error) {
    if (error instanceof CommandFailure) throw error;
    throw new CommandFailure("unreachable", `Cannot reach ${origin}: ${toReason(error, timeoutMs)}`);
  }
  return toAnswer(response, text, base);
}

async function readText({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const piece of body ?? []) {
    bytes += piece.byteLength;
    if (bytes > ANSWER_BYTES_MAX)
      throw new CommandFailure("refused", `The answer is longer than ${ANSWER_BYTES_MAX / 1_024 ** 2} MiB`);
    text += decoder.decode(piece, { stream: true });
  }
  return text + decoder.decode();
}

/** fetch says only that it failed: why is its cause's code. */
function toReason(error: unknown, timeoutMs: number): string {
  if (error instanceof DOMException && error.name === "TimeoutError")
    return `no answer within ${timeoutMs / 1_000} s`;
  const { cause } = error as { readonly cause?: { readonly code?: unknown; readonly message?: unknown } };
  return toSafeText(cause?.code ?? cause?.message ?? "the connection failed");
}

function toAnswer({ status, headers }: Response, text: string, base: string): Answer {
  const type = headers.get("Content-Type") ?? "";
  const isJson = /^application\/(?:problem\+)?json\b/.test(type);
  const body = isJson ? parseJson(text) : undefined;
  const isProblem = type.startsWith("application/problem+json") && typeof toItem(body)["code"] === "string";
  if (status >= 200 && status < 300 && (isJson ? body !== undefined : text === ""))
    return { status, etag: headers.get("ETag") ?? undefined, body };
  if (isProblem) {
    const waitSeconds = headers.get("Retry-After") ?? undefined;
    throw new CommandFailure("refused", toProblemText(toItem(body), waitSeconds), body);
  }
  const advice = "is that its prefix, and does the gateway have an ADMIN_TOKEN?";
  throw new CommandFailure(
    "refused",
    `${base} does not answer as an admin API (status ${status}): ${advice}`,
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
