// Reads the start of an answer's body as JSON and gives the answer back whole.

import { movePassage } from "./body-pipe.ts";
import { readUpTo, toText } from "../../platform/read-up-to.ts";
import { readWhole } from "../../platform/read-whole.ts";

/** A longer body is no error message, and a later one is not waited for: it is passed on unread. */
const BYTES_MAX = 65_536;
const TIME_MS_MAX = 1_000;

export interface JsonAnswer {
  readonly response: Response;
  /** undefined: no JSON, too much of it, or too late. */
  readonly json: unknown;
  /** The same as it is written, decoded. undefined also where it is no UTF-8. */
  readonly toText: () => string | undefined;
}

const toNoText = (): undefined => undefined;

export async function readJsonBody(answer: Response, bytesMax = BYTES_MAX): Promise<JsonAnswer> {
  const { body, status, statusText, headers } = answer;
  if (body === null || Number(headers.get("content-length")) > bytesMax)
    return { response: answer, json: undefined, toText: toNoText };
  const read = await readUpTo(body, { bytesMax, timeMsMax: TIME_MS_MAX });
  // The bytes are as the origin sent them, also where it compressed them.
  const init = { status, statusText, headers, encodeBody: "manual" } as const;
  const response = new Response(read.kind === "whole" ? read.bytes : read.stream, init);
  if (response.body !== null) movePassage(body, response.body);
  if (read.kind !== "whole") return { response, json: undefined, toText: toNoText };
  return { response, ...(await parseJson(read.bytes, headers.get("content-encoding"), bytesMax)) };
}

async function parseJson(
  bytes: Uint8Array,
  encoding: string | null,
  bytesMax: number,
): Promise<Omit<JsonAnswer, "response">> {
  try {
    const coding = encoding?.trim().toLowerCase() ?? "";
    const plain = coding === "" || coding === "identity" ? bytes : await decode(bytes, coding, bytesMax);
    const json = JSON.parse(new TextDecoder().decode(plain)) as unknown;
    return { json, toText: () => plain && toText(plain) };
  } catch {
    return { json: undefined, toText: toNoText };
  }
}

/** A little can be decoded to very much: it is bounded like what came. */
async function decode(
  bytes: Uint8Array,
  encoding: string,
  bytesMax: number,
): Promise<Uint8Array | undefined> {
  const stream = new Response(bytes).body?.pipeThrough(new DecompressionStream(encoding as "gzip"));
  return await readWhole(stream ?? null, { bytesMax, timeMsMax: TIME_MS_MAX });
}
