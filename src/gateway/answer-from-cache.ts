// Makes the response that a stored record gives: whole, not modified, or in parts, with its age and what the cache did.

import {
  type Answer,
  type AnswerBody,
  type AnswerContext,
  toAgeSeconds,
  toAnswer,
} from "../core/cache/answer.ts";
import { type CacheStatus, toCacheStatus } from "../core/cache/cache-status.ts";
import { type Fields, toFieldReader } from "../core/cache/fields.ts";
import type { StoredRecord } from "../core/cache/stored-record.ts";
import { readClock } from "../platform/clock.ts";
import type { CacheStore } from "./cache-store.ts";
import type { Found, LookedUp } from "./look-up.ts";

export interface HitOptions {
  readonly store: CacheStore;
  /** This deployment's name. */
  readonly name: string;
  readonly status: CacheStatus;
  /** undefined: the origin has just confirmed it, and there is no Age. */
  readonly ageMs: number | undefined;
  /** The record to answer with, where it is newer than what was found. */
  readonly record?: StoredRecord;
  /** Fields of the exchange that confirmed it: for this client alone. */
  readonly own?: Fields;
}

export async function answerFromCache(
  { plan, request }: LookedUp,
  found: Found,
  { store, name, status, ageMs, record = found.record, own = [] }: HitOptions,
): Promise<Response> {
  const length = found.response.headers.get("content-length");
  const context: AnswerContext = {
    request: request.fields,
    nowMs: readClock(),
    bodyBytes: length === null ? record.bodyBytes : Number(length),
    createBoundary: () => crypto.randomUUID().replaceAll("-", ""),
  };
  let answer = toAnswer(record, plan, context);
  let body = await readBody(answer, found, store);
  if (body === undefined) {
    // The part is gone, the whole is open: a range may always be ignored (RFC 9110 section 14.2).
    answer = toAnswer(record, { ...plan, isRange: false }, context);
    body = found.response.body;
  }
  const headers = new Headers();
  for (const [field, value] of answer.fields) headers.append(field, value);
  for (const [field, value] of own) headers.append(field, value);
  if (ageMs !== undefined) headers.set("Age", String(toAgeSeconds(ageMs)));
  headers.set("Cache-Status", toCacheStatus(headers.get("cache-status"), name, status));
  // What is stored is coded already, if at all.
  return new Response(body, { status: answer.status, headers, encodeBody: "manual" });
}

/** undefined when a part cannot be read any longer; what was found is then still open. */
async function readBody(
  { body, fields }: Answer,
  found: Found,
  store: CacheStore,
): Promise<ReadableStream | null | undefined> {
  if (body.kind === "whole") return found.response.body;
  if (body.kind === "none") {
    await found.response.body?.cancel();
    return null;
  }
  const [only] = body.segments;
  if (body.segments.length === 1 && typeof only === "object") {
    const part = (await store.readRange(found.key, only, found.record))?.body;
    if (part === undefined || part === null) return undefined;
    await found.response.body?.cancel();
    return part;
  }
  await found.response.body?.cancel();
  // A stream of known length: of any other the runtime drops Content-Length.
  const { readable, writable } = new FixedLengthStream(Number(toFieldReader(fields).get("content-length")));
  void writeSegments(body.segments, writable, { found, store });
  return readable;
}

/** One part after the other: never more than one is open. */
async function writeSegments(
  segments: Extract<AnswerBody, { kind: "segments" }>["segments"],
  writable: WritableStream<Uint8Array>,
  { found, store }: { readonly found: Found; readonly store: CacheStore },
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
