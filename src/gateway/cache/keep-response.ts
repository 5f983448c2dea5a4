// Puts what the origin answered into the store: a new response with a copy of its body, or a record that a 304 or a HEAD
// made new with the body that is there. Runs after the client has its answer.

import type { Exchange } from "../../core/cache/exchange.ts";
import { isSameBody, type StoredResponse } from "../../core/cache/stored-response.ts";
import { toStorePlace } from "../../core/cache/variants.ts";
import { cancelBody, type CacheStore, type StreamedBody } from "./cache-store.ts";
import { HELD_BODY_BYTES_MAX } from "./held-entries.ts";
import type { Found, StoreLookup } from "./look-up.ts";
import { createPipe, pipeStream } from "../../platform/pipe-stream.ts";
import { readWhole } from "../../platform/read-whole.ts";

export interface KeepOptions {
  readonly store: CacheStore;
  readonly record: StoredResponse;
  readonly body: ReadableStream<Uint8Array> | null;
}

/** Resolves to whether it is stored. */
export async function keepResponse(
  lookup: StoreLookup,
  { store, record, body }: KeepOptions,
): Promise<boolean> {
  const { key: primaryKey, present, request, settings } = lookup;
  const place = toStorePlace(primaryKey, record, { present, fields: request.fields, settings });
  if (place.index !== undefined && !(await store.write(primaryKey, place.index, null))) {
    await body?.cancel();
    return false;
  }
  if (body === null) return await store.write(place.key, record, null);
  const { bodyBytes } = record;
  // A large body of stated length streams into the store; any other is read whole before.
  if (bodyBytes !== null && bodyBytes > HELD_BODY_BYTES_MAX) {
    return await store.write(place.key, record, toFixedLength(body, bodyBytes));
  }
  const bytes = await readWhole(body, bodyBytes ?? settings.bodyBytesMax);
  if (bytes === undefined || bytes.byteLength !== (bodyBytes ?? bytes.byteLength)) return false;
  return await store.write(place.key, { ...record, bodyBytes: bytes.byteLength }, bytes);
}

/** Writes a record that replaces the one that was found, with its body: if no other answer has taken its place meanwhile. */
export async function keepRefreshed(
  store: CacheStore,
  { key, record: found }: Pick<Found, "key" | "record">,
  record: StoredResponse,
): Promise<boolean> {
  if (store.renew(key, found, record)) return true;
  const stored = await store.read(key);
  if (stored === undefined) return false;
  const { entry, body } = stored;
  if (entry.kind !== "record" || !isSameBody(entry, found)) {
    await cancelBody(body);
    return false;
  }
  if (!(body instanceof ReadableStream)) return await store.write(key, record, body);
  if (record.bodyBytes === null) return await store.write(key, record, null);
  return await store.write(key, record, toFixedLength(body, record.bodyBytes));
}

/** The stream as the store takes it, and whether it came to its proper end. */
function toFixedLength(body: ReadableStream<Uint8Array>, bytes: number): StreamedBody {
  const { readable, writable } = createPipe(bytes);
  const isWhole = pipeStream(body, writable).then(
    () => true,
    () => false,
  );
  return { readable, isWhole };
}

/** A response of the origin as the cache reasons about it. */
export function toExchange(
  { request, mark }: StoreLookup,
  response: Response,
  times: Pick<Exchange, "requestTimeMs" | "responseTimeMs" | "generation">,
): Exchange {
  return { request, response: { status: response.status, fields: [...response.headers] }, mark, ...times };
}
