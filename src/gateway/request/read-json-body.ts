// Reads the start of an answer's body as JSON and gives the answer back whole.

import { movePassage } from "./body-pipe.ts";
import { readUpTo } from "../../platform/read-up-to.ts";
import { readWhole } from "../../platform/read-whole.ts";

/** A longer body is no error message, and a later one is not waited for: it is passed on unread. */
const BOUNDS = { bytesMax: 65_536, timeMsMax: 1_000 };

export interface JsonAnswer {
  readonly response: Response;
  /** undefined: no JSON, too much of it, or too late. */
  readonly json: unknown;
}

export async function readJsonBody(answer: Response): Promise<JsonAnswer> {
  const { body, status, statusText, headers } = answer;
  if (body === null || Number(headers.get("content-length")) > BOUNDS.bytesMax)
    return { response: answer, json: undefined };
  const read = await readUpTo(body, BOUNDS);
  // The bytes are as the origin sent them, also where it compressed them.
  const init = { status, statusText, headers, encodeBody: "manual" } as const;
  const response = new Response(read.kind === "whole" ? read.bytes : read.stream, init);
  if (response.body !== null) movePassage(body, response.body);
  if (read.kind !== "whole") return { response, json: undefined };
  return { response, json: await parseJson(read.bytes, headers.get("content-encoding")) };
}

async function parseJson(bytes: Uint8Array, encoding: string | null): Promise<unknown> {
  try {
    const plain = encoding === null ? bytes : await decode(bytes, encoding);
    return JSON.parse(new TextDecoder().decode(plain)) as unknown;
  } catch {
    return undefined;
  }
}

/** A little can be decoded to very much: it is bounded like what came. */
async function decode(bytes: Uint8Array, encoding: string): Promise<Uint8Array | undefined> {
  const stream = new Response(bytes).body?.pipeThrough(new DecompressionStream(encoding as "gzip"));
  return await readWhole(stream ?? null, BOUNDS);
}
