// Stored responses in the Cache API, and a little of them in memory. What the Cache API does on its own is too little (no
// Vary, no Age, no stale), so every entry is a plain 200 under a key of our own, with our record of the real response in
// a header and a lifetime that only bounds how long it is kept. core/cache decides everything else.

import { isNeverFresh } from "../../core/cache/held-until.ts";
import { parseStored } from "../../core/cache/parse-stored.ts";
import { writeStored } from "../../core/cache/write-stored.ts";
import {
  isSameBody,
  RETENTION_MS_MAX,
  type StoredEntry,
  type StoredResponse,
  toRetentionMs,
} from "../../core/cache/stored-response.ts";
import { hashText } from "../../platform/hash-text.ts";
import { LruMap } from "../../core/lru-map.ts";
import { readClock } from "../../platform/clock.ts";
import { CacheProof } from "./cache-proof.ts";
import { HELD_BODY_BYTES_MAX, HeldEntries } from "./held-entries.ts";
import { readWhole } from "../../platform/read-whole.ts";

/** Holds the record, as ASCII JSON. */
const RECORD_HEADER = "x-headgate-record";
/** Longer keys are hashed: a URL of the Cache API has a bounded length. */
const PLAIN_KEY_LENGTH_MAX = 512;
const UNFINISHED_MAX = 1_000;
const WRITTEN_MAX = 2_000;
/** For a small body of the Cache API. What takes longer is a miss. */
const READ_MS_MAX = 5_000;
/** What is validated before every use is not written anew with each confirmation, but when it was written so long ago. */
const REWRITE_MS = 10_000;

/** A body on its way. The local Cache API takes one that breaks off for whole: only its source knows. */
export interface StreamedBody {
  readonly readable: ReadableStream<Uint8Array>;
  readonly isWhole: Promise<boolean>;
}

/** Bytes are never written to. A stream is to be used or cancelled. */
export type StoredBody = ReadableStream<Uint8Array> | Uint8Array | null;

/** For a body that is not used after all. */
export async function cancelBody(body: StoredBody | undefined): Promise<void> {
  if (body instanceof ReadableStream) await body.cancel();
}

export interface Stored {
  readonly entry: StoredEntry;
  readonly body: StoredBody;
  /** Of memory: another isolate may have stored something else meanwhile. */
  readonly isHeld: boolean;
}

/** `key` is one of core/cache/cache-key.ts; `scope` keeps deployments apart that share a data centre's cache. */
export class CacheStore {
  readonly #scope: string;
  readonly #held = new HeldEntries();
  /**
   * Keys whose body is being stored or broke off meanwhile, with their record's time: the local Cache API hands out what
   * had come by then, under the length that was stated.
   */
  readonly #unfinished = new LruMap<string, number>(UNFINISHED_MAX);

  /** When this isolate last wrote a key, began to, or read what another had written. */
  readonly #writtenMs = new LruMap<string, number>(WRITTEN_MAX);

  readonly #proof = new CacheProof();

  constructor(scope: string) {
    this.#scope = scope;
  }

  /** Whether nothing is kept beyond what this isolate holds in memory. */
  get isWithout(): boolean {
    return this.#proof.isWithout;
  }

  /** What is held in memory of a key, and may be used without looking any further. */
  recall(key: string): Stored | undefined {
    const held = this.#held.get(key);
    return held === undefined ? undefined : { entry: held.entry, body: held.body, isHeld: true };
  }

  /** What stands in the Cache API; undefined when there is nothing, or nothing that can be read. Never throws. */
  async read(key: string): Promise<Stored | undefined> {
    const since = this.#held.changes;
    try {
      const response = await caches.default.match(this.#toRequest(key));
      const text = response?.headers.get(RECORD_HEADER) ?? "";
      const entry = parseStored(text);
      if (response === undefined || entry === undefined || this.#isUnfinished(key, entry)) {
        await response?.body?.cancel();
        return undefined;
      }
      this.#proof.found();
      const body = await readBody(response, entry);
      if (body === "broken") return undefined;
      if (!(body instanceof ReadableStream))
        this.#held.hold(key, { entry, body, textLength: text.length }, since);
      this.#noteWritten(key, toWrittenMs(entry));
      return { entry, body, isHeld: false };
    } catch {
      return undefined;
    }
  }

  /** The bytes of one range of the body that this record was read with, or undefined when another stands there or none. */
  async readRange(
    key: string,
    { first, last }: { readonly first: number; readonly last: number },
    record: StoredResponse,
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
    const since = this.#held.change(key);
    const text = writeStored(entry);
    if (text === undefined) {
      if (isStreamed(body)) await body.readable.cancel();
      return false;
    }
    if (entry.kind === "record") this.#unfinished.set(key, entry.responseTimeMs);
    this.#noteWritten(key, readClock());
    try {
      const content = isStreamed(body) ? body.readable : body;
      await caches.default.put(
        this.#toRequest(key),
        new Response(content, { headers: toHeaders(entry, text) }),
      );
      if (isStreamed(body) && !(await body.isWhole)) throw new Error("body broke off");
      this.#unfinished.delete(key);
      if (!isStreamed(body) && !this.#held.isChanged(key, since)) {
        // A change once more: what was read while it was being written is older.
        this.#held.hold(key, { entry, body, textLength: text.length }, this.#held.change(key));
      }
      await this.#proof.look(this.#toRequest(key), readClock());
      return true;
    } catch {
      await this.delete(key);
      return false;
    }
  }

  /**
   * Puts a confirmed record in the found one's place in memory alone, where that is enough: others ask the origin about
   * theirs before every use too. Answers whether it is; of all that confirm the same, one has to write it now and then.
   */
  renew(key: string, found: StoredResponse, record: StoredResponse): boolean {
    if (!isNeverFresh(found) || !isNeverFresh(record)) return false;
    const held = this.#held.get(key);
    if (held?.entry.kind === "record" && isSameBody(held.entry, found))
      this.#held.hold(key, { ...held, entry: record }, this.#held.change(key));
    const nowMs = readClock();
    if (nowMs - (this.#writtenMs.get(key) ?? -Infinity) < REWRITE_MS) return true;
    this.#noteWritten(key, nowMs);
    return false;
  }

  #noteWritten(key: string, atMs: number): void {
    this.#writtenMs.set(key, Math.max(atMs, this.#writtenMs.get(key) ?? 0));
  }

  async delete(key: string): Promise<void> {
    this.#held.change(key);
    this.#writtenMs.delete(key);
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

function isStreamed(body: StreamedBody | Uint8Array | null): body is StreamedBody {
  return body !== null && "readable" in body;
}

function toWrittenMs(entry: StoredEntry): number {
  return entry.kind === "record" ? entry.responseTimeMs : 0;
}

function toHeaders(entry: StoredEntry, text: string): Record<string, string> {
  // A mark has to outlive every record of before.
  const keepMs = entry.kind === "record" ? toRetentionMs(entry) : RETENTION_MS_MAX;
  return {
    "cache-control": `public, max-age=${Math.max(1, Math.ceil(keepMs / 1_000))}`,
    [RECORD_HEADER]: text,
  };
}

/** A small body whole, a large one as it comes; "broken" where less comes than was stored. */
async function readBody(response: Response, entry: StoredEntry): Promise<StoredBody | "broken"> {
  const { body } = response;
  if (body === null) return null;
  if (entry.kind !== "record") {
    await body.cancel();
    return null;
  }
  const bytes = entry.bodyBytes ?? 0;
  if (bytes > HELD_BODY_BYTES_MAX) return body;
  const whole = await readWhole(body, { bytesMax: bytes, timeMsMax: READ_MS_MAX });
  return whole?.byteLength === bytes ? whole : "broken";
}
