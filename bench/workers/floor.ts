// What any gateway that asks an object cannot leave out, and nothing else: reads the fields once and bounds them, asks a
// shard for all requests that wait for it together, waits for that and for the origin only so long, takes off and puts on
// the fields that must, and puts five on the answer. No configuration, no route, no credential, no cache, no record.

import { DurableObject } from "cloudflare:workers";
import type { DurableObjectNamespace, Rpc } from "@cloudflare/workers-types";
import type { OriginBinding } from "./forward.ts";
import { type LimitBindings, TokenBucket } from "./token-bucket.ts";

/** The runtime's own, for a Worker that is checked beside programs of Node. */
declare const scheduler: { readonly wait: (ms: number) => Promise<void> };

interface LimiterRpc extends Rpc.DurableObjectBranded {
  take(keys: readonly string[]): readonly number[];
}

interface FloorBindings extends OriginBinding, LimitBindings {
  readonly LIMITERS: DurableObjectNamespace<LimiterRpc>;
}

interface Asking {
  readonly keys: string[];
  readonly answered: Promise<readonly number[]>;
}

const SHARDS = 64;
const HEADER_BYTES_MAX = 32_768;
const OBJECT_MS = 500;
const ORIGIN_MS = 30_000;
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "te",
  "transfer-encoding",
  "upgrade",
  "cf-connecting-ip",
]);

/** Tokens left of each key, after one was taken; below zero: none was. */
export class Limiter extends DurableObject<LimitBindings> {
  readonly #buckets = new Map<string, TokenBucket>();

  take(keys: readonly string[]): readonly number[] {
    const nowMs = Date.now();
    return keys.map((key) => {
      const bucket = this.#buckets.get(key) ?? new TokenBucket(this.env);
      this.#buckets.set(key, bucket);
      return bucket.take(nowMs) ? bucket.tokens : -1;
    });
  }
}

const underWay = new Map<string, Asking>();
const gathering = new Map<string, Asking>();

/** At once where nobody has asked; else with all others when the answer is there. */
function ask(shard: string, key: string, { LIMITERS }: FloorBindings): Promise<number> {
  let asking = gathering.get(shard);
  if (asking === undefined) {
    const keys: string[] = [];
    const send = async (): Promise<readonly number[]> => {
      gathering.delete(shard);
      underWay.set(shard, own);
      const left = await LIMITERS.get(LIMITERS.idFromName(shard)).take(keys);
      if (underWay.get(shard) === own) underWay.delete(shard);
      return left;
    };
    const before = underWay.get(shard);
    const own: Asking = { keys, answered: Promise.resolve(before?.answered).then(send) };
    gathering.set(shard, (asking = own));
  }
  const index = asking.keys.push(key) - 1;
  return asking.answered.then((left) => left[index] ?? -1);
}

async function wait(ms: number): Promise<undefined> {
  await scheduler.wait(ms);
}

function toShard(key: string): string {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) hash = (hash * 31 + key.charCodeAt(at)) | 0;
  return `near:${(hash >>> 0) % SHARDS}`;
}

/** undefined: too large. */
function readFields(request: Request): Map<string, string> | undefined {
  const fields = new Map<string, string>();
  let bytes = 0;
  for (const [name, value] of request.headers) {
    bytes += name.length + value.length;
    fields.set(name, value);
  }
  return bytes > HEADER_BYTES_MAX ? undefined : fields;
}

function toOriginFields(request: Request, fields: ReadonlyMap<string, string>, url: URL): Headers {
  const sent = new Headers(request.headers);
  for (const name of fields.keys()) if (HOP_BY_HOP.has(name)) sent.delete(name);
  sent.set("x-forwarded-for", fields.get("cf-connecting-ip") ?? "");
  sent.set("x-forwarded-proto", url.protocol);
  sent.set("x-forwarded-host", url.host);
  sent.set("x-request-id", crypto.randomUUID());
  sent.set("via", "1.1 floor");
  return sent;
}

function putFields(headers: Headers, left: number, { LIMIT_UNITS, WINDOW_MS }: LimitBindings): void {
  const remaining = String(Math.max(0, Math.floor(left)));
  headers.set("ratelimit-policy", `"default";q=${LIMIT_UNITS};w=${Number(WINDOW_MS) / 1_000}`);
  headers.set("ratelimit", `"default";r=${remaining};t=1`);
  headers.set("x-ratelimit-limit", LIMIT_UNITS);
  headers.set("x-ratelimit-remaining", remaining);
  headers.set("x-ratelimit-reset", String(Math.ceil(Date.now() / 1_000)));
}

export default {
  async fetch(request: Request, env: FloorBindings): Promise<Response> {
    const fields = readFields(request);
    if (fields === undefined) return new Response("fields too large", { status: 431 });
    const url = new URL(request.url);
    const key = fields.get("cf-connecting-ip") ?? "";
    // Only failing open is left out of what may become of a call: here none fails.
    const left = (await Promise.race([ask(toShard(key), key, env), wait(OBJECT_MS)])) ?? 0;
    if (left < 0) {
      const denied = new Response("too many requests", { status: 429 });
      putFields(denied.headers, left, env);
      return denied;
    }
    const headers = toOriginFields(request, fields, url);
    const asked = fetch(env.ORIGIN_URL + url.pathname + url.search, {
      method: request.method,
      headers,
      body: request.body,
      redirect: "manual",
    });
    const response = await Promise.race([asked, wait(ORIGIN_MS)]);
    if (response === undefined) return new Response("too late", { status: 504 });
    const answer = new Response(response.body, response);
    answer.headers.delete("connection");
    putFields(answer.headers, left, env);
    return answer;
  },
};
