// Puts what the origin answered into the store: a new response with a copy of its body, or a record that a 304 or a HEAD
// made new with the body that is there. Runs after the client has its answer.

import type { Exchange } from "../core/cache/exchange.ts";
import { isSameBody, type StoredRecord } from "../core/cache/stored-record.ts";
import { toStorePlace } from "../core/cache/variants.ts";
import type { CacheStore, StreamedBody } from "./cache-store.ts";
import type { Found, LookedUp } from "./look-up.ts";

export interface KeepOptions {
  readonly store: CacheStore;
  readonly record: StoredRecord;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Resolves to whether it is stored. */
export async function keepResponse(look: LookedUp, { store, record, body }: KeepOptions): Promise<boolean> {
  const { key: primaryKey, present, request, settings } = look;
  const place = toStorePlace(primaryKey, record, { present, fields: request.fields, settings });
  if (place.index !== undefined && !(await store.write(primaryKey, place.index, null))) {
    await body?.cancel();
    return false;
  }
  if (body === null) return await store.write(place.key, record, null);
  // A body of stated length streams into the store; one without is read whole before.
  if (record.bodyBytes !== null) {
    return await store.write(place.key, record, toFixedLength(body, record.bodyBytes));
  }
  const bytes = await readWhole(body, settings.bodyBytesMax);
  if (bytes === undefined) return false;
  return await store.write(place.key, { ...record, bodyBytes: bytes.byteLength }, bytes);
}

/** Writes a record that replaces the one that was found, with its body: if no other answer has taken its place meanwhile. */
export async function keepRefreshed(
  store: CacheStore,
  { key, record: found }: Found,
  record: StoredRecord,
): Promise<boolean> {
  const stored = await store.read(key);
  if (stored === undefined) return false;
  const { body } = stored.response;
  if (stored.entry.kind !== "record" || !isSameBody(stored.entry, found)) {
    await body?.cancel();
    return false;
  }
  if (body === null || record.bodyBytes === null) return await store.write(key, record, null);
  return await store.write(key, record, toFixedLength(body, record.bodyBytes));
}

/** The stream as the store takes it, and whether it came to its proper end. */
function toFixedLength(body: ReadableStream<Uint8Array>, bytes: number): StreamedBody {
  const { readable, writable } = new FixedLengthStream(bytes);
  const isWhole = body.pipeTo(writable).then(
    () => true,
    () => false,
  );
  return { readable, isWhole };
}

/** The bytes of a body that ends properly within the bound; undefined of one that breaks off or is larger. */
async function readWhole(
  body: ReadableStream<Uint8Array>,
  bytesMax: number,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
      if (bytes > bytesMax) {
        await reader.cancel();
        return undefined;
      }
      chunks.push(value);
    }
  } catch {
    return undefined;
  }
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole;
}

/** A response of the origin as the cache reasons about it. */
export function toExchange(
  { request, mark }: LookedUp,
  response: Response,
  times: Pick<Exchange, "requestTimeMs" | "responseTimeMs" | "generation">,
): Exchange {
  return { request, response: { status: response.status, fields: [...response.headers] }, mark, ...times };
}
