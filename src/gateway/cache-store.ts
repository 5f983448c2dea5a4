// Stored responses in the Cache API. What it does on its own is too little (no Vary, no Age, no stale), so every entry is
// a plain 200 under a key of our own, with our record of the real response in a header and a lifetime that only bounds
// how long it is kept. core/cache decides everything else.

import { parseStored } from "../core/cache/parse-stored.ts";
import { writeStored } from "../core/cache/write-stored.ts";
import {
  isSameBody,
  RETENTION_MS_MAX,
  type StoredEntry,
  type StoredRecord,
  toRetentionMs,
} from "../core/cache/stored-record.ts";
import { hashText } from "../core/keys/counter-key.ts";
import { LruMap } from "../core/lru-map.ts";

/** Holds the record, as ASCII JSON. */
const RECORD_HEADER = "x-headgate-record";
/** Longer keys are hashed: a URL of the Cache API has a bounded length. */
const PLAIN_KEY_LENGTH_MAX = 512;
const UNFINISHED_MAX = 1_000;

/** A body on its way. The local Cache API takes one that breaks off for whole: only its source knows. */
export interface StreamedBody {
  readonly readable: ReadableStream<Uint8Array>;
  readonly isWhole: Promise<boolean>;
}

export interface Stored {
  readonly entry: StoredEntry;
  /** Holds the body; read it or cancel it. */
  readonly response: Response;
}

/** `key` is one of core/cache/cache-key.ts; `scope` keeps deployments apart that share a data centre's cache. */
export class CacheStore {
  readonly #scope: string;
  /**
   * Keys whose body is being stored or broke off meanwhile, with their record's time: the local Cache API hands out what
   * had come by then, under the length that was stated.
   */
  readonly #unfinished = new LruMap<string, number>(UNFINISHED_MAX);

  constructor(scope: string) {
    this.#scope = scope;
  }

  /** undefined when there is nothing, or nothing that can be read. Never throws. */
  async read(key: string): Promise<Stored | undefined> {
    try {
      const response = await caches.default.match(this.#toRequest(key));
      const entry = parseStored(response?.headers.get(RECORD_HEADER) ?? "");
      if (response !== undefined && entry !== undefined && !this.#isUnfinished(key, entry))
        return { entry, response };
      await response?.body?.cancel();
      return undefined;
    } catch {
      return undefined;
    }
  }

  /** The bytes of one range of the body that this record was read with, or undefined when another stands there or none. */
  async readRange(
    key: string,
    { first, last }: { readonly first: number; readonly last: number },
    record: StoredRecord,
  ): Promise<Response | undefined> {
    const response = await caches.default.match(this.#toRequest(key, { range: `bytes=${first}-${last}` }));
    const entry = parseStored(response?.headers.get(RECORD_HEADER) ?? "");
    const isSame = entry?.kind === "record" && isSameBody(entry, record);
    if (response?.status === 206 && isSame) return response;
    await response?.body?.cancel();
    return undefined;
  }

  /** Resolves to whether it is stored, when the whole body is: of a body that breaks off nothing stays. Never throws. */
  async write(key: string, entry: StoredEntry, body: StreamedBody | Uint8Array | null): Promise<boolean> {
    const record = writeStored(entry);
    if (record === undefined) {
      if (body !== null && "readable" in body) await body.readable.cancel();
      return false;
    }
    // A mark has to outlive every record of before.
    const keepMs = entry.kind === "record" ? toRetentionMs(entry) : RETENTION_MS_MAX;
    const headers = new Headers({
      "cache-control": `public, max-age=${Math.max(1, Math.ceil(keepMs / 1_000))}`,
      [RECORD_HEADER]: record,
    });
    if (entry.kind === "record") this.#unfinished.set(key, entry.responseTimeMs);
    try {
      const isStreamed = body !== null && "readable" in body;
      const content = isStreamed ? body.readable : body;
      await caches.default.put(this.#toRequest(key), new Response(content, { headers }));
      if (isStreamed && !(await body.isWhole)) throw new Error("body broke off");
      this.#unfinished.delete(key);
      return true;
    } catch {
      await this.delete(key);
      return false;
    }
  }

  async delete(key: string): Promise<void> {
    try {
      await caches.default.delete(this.#toRequest(key));
    } catch {
      // It stays until its own end; what must not be used any longer is purged by generation.
    }
  }

  #isUnfinished(key: string, entry: StoredEntry): boolean {
    return entry.kind === "record" && this.#unfinished.get(key) === entry.responseTimeMs;
  }

  #toRequest(key: string, headers: Record<string, string> = {}): Request {
    const scoped = `${this.#scope} ${key}`;
    const name =
      scoped.length <= PLAIN_KEY_LENGTH_MAX ? encodeURIComponent(scoped) : `sha256/${hashText(scoped)}`;
    return new Request(`https://headgate.invalid/${name}`, { headers });
  }
}
