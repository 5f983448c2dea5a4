// Makes the response that a stored record gives: whole, not modified, or in parts, with its age and what the cache did.

import {
  type Answer,
  type AnswerBody,
  type AnswerContext,
  toAgeSeconds,
  toAnswer,
} from "../../core/cache/answer.ts";
import { type CacheStatus, toCacheResult, toCacheStatus } from "../../core/cache/cache-status.ts";
import { type Fields, toFieldReader } from "../../core/cache/fields.ts";
import { toExchangeFields } from "../../core/cache/stored-fields.ts";
import type { StoredResponse } from "../../core/cache/stored-response.ts";
import { isReadable } from "../../core/http/field-value.ts";
import { readClock } from "../../platform/clock.ts";
import type { CacheStore } from "./cache-store.ts";
import type { RequestTrace } from "../request/request-trace.ts";
import type { Found, StoreLookup } from "./look-up.ts";
import { createPipe } from "../../platform/pipe-stream.ts";
import { concatenate } from "../../platform/read-up-to.ts";

export interface HitOptions {
  readonly store: CacheStore;
  /** This deployment's name. */
  readonly name: string;
  readonly status: CacheStatus;
  readonly trace: RequestTrace;
  /** undefined: the origin has just confirmed it, and there is no Age. */
  readonly ageMs: number | undefined;
  /** The record to answer with, where it is newer than what was found. */
  readonly record?: StoredResponse;
  /** Fields of the 304 that has just confirmed it. Those about the exchange itself are for this client alone. */
  readonly confirmation?: Headers;
}

export async function answerFromCache(
  { plan, request }: StoreLookup,
  found: Found,
  { store, name, status, trace, ageMs, record = found.record, confirmation }: HitOptions,
): Promise<Response> {
  trace.cache = toCacheResult(status);
  const context: AnswerContext = {
    request: request.fields,
    nowMs: readClock(),
    bodyBytes: found.body instanceof Uint8Array ? found.body.byteLength : record.bodyBytes,
    createBoundary: () => crypto.randomUUID().replaceAll("-", ""),
  };
  let answer = toAnswer(record, plan, context);
  const held = found.body;
  let body =
    held instanceof ReadableStream ? await readBody(answer, held, { found, store }) : takeBody(answer, held);
  if (body === undefined) {
    // The part is gone, the whole is open: a range may always be ignored (RFC 9110 section 14.2).
    answer = toAnswer(record, { ...plan, isRange: false }, context);
    body = held;
  }
  const headers = toHeaders(answer.fields, { name, status, ageMs, confirmation });
  // What is stored is coded already, if at all.
  return new Response(body, { status: answer.status, headers, encodeBody: "manual" });
}

type HeadersOptions = Pick<HitOptions, "name" | "status" | "ageMs"> & {
  readonly confirmation: Headers | undefined;
};

/** A plain object where no name comes twice: a Headers object costs a call of the runtime for each field. */
function toHeaders(
  fields: Fields,
  { name, status, ageMs, confirmation }: HeadersOptions,
): Headers | Record<string, string> {
  // Without a prototype: a field may be called "constructor" or "__proto__".
  const plain = Object.create(null) as Record<string, string>;
  let received: string | undefined;
  for (const [field, value] of fields) {
    if (field === "cache-status") received = received === undefined ? value : `${received}, ${value}`;
    else plain[field] = field in plain ? `${plain[field]}, ${value}` : value;
  }
  if (ageMs !== undefined) plain["Age"] = String(toAgeSeconds(ageMs));
  plain["Cache-Status"] = toCacheStatus(received, name, status);
  return confirmation === undefined ? plain : addExchange(plain, confirmation);
}

/** Adds the 304's fields about the exchange, and copies its fields that are not valid UTF-8, so that they keep their bytes. */
function addExchange(
  plain: Readonly<Record<string, string>>,
  confirmation: Headers,
): Headers | Record<string, string> {
  const given = Array.from(confirmation);
  const unreadable = given.filter(([name, value]) => name in plain && !isReadable(value));
  const copied = new Set([...toExchangeFields(given), ...unreadable].map(([name]) => name));
  if (copied.size === 0) return plain;
  const headers = new Headers(confirmation);
  for (const [name] of given) if (!copied.has(name)) headers.delete(name);
  for (const [name, value] of Object.entries(plain)) if (!copied.has(name)) headers.set(name, value);
  return headers;
}

/** Of a body in memory, what an answer has of it. */
function takeBody({ body }: Answer, held: Uint8Array | null): Uint8Array | null {
  if (body.kind === "none" || held === null) return null;
  if (body.kind === "whole") return held;
  const encoder = new TextEncoder();
  const parts = body.segments.map((segment) =>
    typeof segment === "string" ? encoder.encode(segment) : held.subarray(segment.first, segment.last + 1),
  );
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return concatenate(
    parts,
    parts.reduce((bytes, part) => bytes + part.byteLength, 0),
  );
}

interface Source {
  readonly found: Found;
  readonly store: CacheStore;
}

/** undefined when a part cannot be read any longer; what was found is then still open. */
async function readBody(
  { body, fields }: Answer,
  open: ReadableStream<Uint8Array>,
  { found, store }: Source,
): Promise<ReadableStream | null | undefined> {
  if (body.kind === "whole") return open;
  if (body.kind === "none") {
    await open.cancel();
    return null;
  }
  const [only] = body.segments;
  if (body.segments.length === 1 && typeof only === "object") {
    const part = (await store.readRange(found.key, only, found.record))?.body;
    if (part === undefined || part === null) return undefined;
    await open.cancel();
    return part;
  }
  await open.cancel();
  // A stream of known length: of any other the runtime drops Content-Length.
  const { readable, writable } = createPipe(Number(toFieldReader(fields).get("content-length")));
  void writeSegments(body.segments, writable, { found, store });
  return readable;
}

/** One part after the other: never more than one is open. */
async function writeSegments(
  segments: Extract<AnswerBody, { kind: "segments" }>["segments"],
  writable: WritableStream<Uint8Array>,
  { found, store }: Source,
): Promise<void> {
  const encoder = new TextEncoder();
  try {
    for (const segment of segments) {
      if (typeof segment === "string") {
        const writer = writable.getWriter();
        await writer.write(encoder.encode(segment));
        writer.releaseLock();
        continue;
      }
      const part = await store.readRange(found.key, segment, found.record);
      if (part?.body === undefined || part.body === null) throw new Error("stored body is gone");
      await part.body.pipeTo(writable, { preventClose: true });
    }
    await writable.close();
  } catch (error) {
    await writable.abort(error).catch(() => undefined);
  }
}
