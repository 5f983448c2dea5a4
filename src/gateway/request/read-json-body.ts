// Reads the start of an answer's body as JSON and gives the answer back whole.

import { movePassage } from "./body-pipe.ts";
import { readWhole } from "../../platform/read-whole.ts";

/** A longer body is no error message: it is passed on unread. */
const BYTES_MAX = 65_536;
const TIMEOUT_MS = 1_000;

export interface JsonAnswer {
  readonly response: Response;
  /** undefined: no JSON, too much of it, or too late. */
  readonly json: unknown;
}

export async function readJsonBody(answer: Response): Promise<JsonAnswer> {
  const { body, status, statusText, headers } = answer;
  if (body === null || Number(headers.get("content-length")) > BYTES_MAX)
    return { response: answer, json: undefined };
  const [read, passed] = body.tee();
  movePassage(body, passed);
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
  }, TIMEOUT_MS);
  const json = await readJson(read, headers.get("content-encoding"), late.signal);
  clearTimeout(timer);
  // The bytes are as the origin sent them, also where it compressed them.
  return { response: new Response(passed, { status, statusText, headers, encodeBody: "manual" }), json };
}

async function readJson(
  body: ReadableStream<Uint8Array>,
  encoding: string | null,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const plain =
      encoding === null ? new IdentityTransformStream() : new DecompressionStream(encoding as "gzip");
    const bytes = await readWhole(body.pipeThrough(plain, { signal }), BYTES_MAX);
    return bytes === undefined ? undefined : (JSON.parse(new TextDecoder().decode(bytes)) as unknown);
  } catch {
    return undefined;
  }
}
