// Puts what the origin answered into the store: a new response with a copy of its body, or a record that a 304 or a HEAD
// made new with the body that is there. Runs after the client has its answer.

import type { Exchange } from "../core/cache/exchange.ts";
import type { StoredRecord } from "../core/cache/stored-record.ts";
import { toStorePlace } from "../core/cache/variants.ts";
import type { CacheStore } from "./cache-store.ts";
import type { LookedUp } from "./look-up.ts";

export interface KeepOptions {
  readonly store: CacheStore;
  readonly record: StoredRecord;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly encoding: string | null;
}

/** Resolves to whether it is stored. */
export async function keepResponse(
  look: LookedUp,
  { store, record, body, encoding }: KeepOptions,
): Promise<boolean> {
  const { key: primaryKey, present, request, settings } = look;
  const place = toStorePlace(primaryKey, record, { present, fields: request.fields, settings });
  if (place.index !== undefined && !(await store.write(primaryKey, place.index, null))) {
    await body?.cancel();
    return false;
  }
  // A stated length is held to by the platform; without one the bytes are counted.
  const bounded = record.bodyBytes === null && body !== null ? boundBody(body, settings.bodyBytesMax) : body;
  return await store.write(place.key, record, bounded, encoding);
}

/** Writes a record that replaces the one under this key, with the body that stands there. */
export async function keepRefreshed(store: CacheStore, key: string, record: StoredRecord): Promise<boolean> {
  const stored = await store.read(key);
  if (stored === undefined) return false;
  const encoding = stored.response.headers.get("content-encoding");
  return await store.write(key, record, stored.response.body, encoding);
}

/** Ends in an error beyond the bound: a body that breaks off is not stored. */
function boundBody(body: ReadableStream<Uint8Array>, bytesMax: number): ReadableStream<Uint8Array> {
  let bytes = 0;
  return body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(chunk, controller) {
        bytes += chunk.byteLength;
        if (bytes > bytesMax) controller.error(new Error("body is larger than the route stores"));
        else controller.enqueue(chunk);
      },
    }),
  );
}

/** A response of the origin as the cache reasons about it. */
export function toExchange(
  { request }: LookedUp,
  response: Response,
  times: Pick<Exchange, "requestTimeMs" | "responseTimeMs" | "generation">,
): Exchange {
  return { request, response: { status: response.status, fields: [...response.headers] }, ...times };
}
