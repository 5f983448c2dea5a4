// Asks an R2 bucket as an origin is asked: GET and HEAD of the object whose key is the path, with conditions (RFC 9110 section
// 13) and one range (section 14).
// Source: https://developers.cloudflare.com/r2/api/workers/workers-api-reference/

const KEY_BYTES_MAX = 1_024;
/** The requested range is not satisfiable. */
const NOT_SATISFIABLE = /\(10039\)/;
const CONDITIONS = [
  ["if-match", "tags"],
  ["if-none-match", "tags"],
  ["if-modified-since", "date"],
  ["if-unmodified-since", "date"],
] as const;
const TAGS = /^(?:\*|(?:W\/)?"[!#-~]*"(?:\s*,\s*(?:W\/)?"[!#-~]*")*)$/;

export async function fetchFromBucket(bucket: R2Bucket, request: Request): Promise<Response> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return new Response(null, { status: 405, headers: { Allow: "GET, HEAD" } });
  const key = toKey(request.url);
  if (key === undefined) return new Response(null, { status: 404 });
  return await untilAborted(request.signal, answer(bucket, key, request));
}

async function answer(bucket: R2Bucket, key: string, { method, headers }: Request): Promise<Response> {
  const onlyIf = toConditions(headers);
  if (method === "HEAD") return answerHead(bucket, key, onlyIf);
  const range = findRange(headers);
  try {
    const found = await bucket.get(key, toGetOptions(onlyIf, range));
    if (found === null || !("body" in found)) return toNone(found, onlyIf);
    if (range === undefined || toFirst(range) < found.size) return toAnswer(found, found.body);
    await found.body.cancel();
    return toBeyond(found.size);
  } catch (error) {
    if (range === undefined || !NOT_SATISFIABLE.test(String(error))) throw error;
    return toBeyond((await bucket.head(key))?.size ?? 0);
  }
}

async function answerHead(bucket: R2Bucket, key: string, onlyIf: Headers | undefined): Promise<Response> {
  // A look at the head alone knows no conditions.
  if (onlyIf === undefined) {
    const found = await bucket.head(key);
    return found === null ? toNone(found, onlyIf) : toAnswer(found, null);
  }
  const found = await bucket.get(key, { onlyIf });
  if (found === null || !("body" in found)) return toNone(found, onlyIf);
  await found.body.cancel();
  return toAnswer(found, null);
}

function toGetOptions(onlyIf: Headers | undefined, range: Headers | undefined): R2GetOptions {
  return { ...(onlyIf === undefined ? {} : { onlyIf }), ...(range === undefined ? {} : { range }) };
}

const toFirst = (range: Headers): number => Number(/=(\d+)/.exec(range.get("range") ?? "")?.[1] ?? 0);

function toBeyond(size: number): Response {
  return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${size}` } });
}

/** Those that are what they should be: the bucket throws at others, which clients send as they like. */
function toConditions(headers: Headers): Headers | undefined {
  const conditions = new Headers();
  for (const [name, form] of CONDITIONS) {
    const value = headers.get(name);
    if (value !== null && (form === "date" ? !Number.isNaN(Date.parse(value)) : TAGS.test(value)))
      conditions.set(name, value);
  }
  return [...conditions.keys()].length === 0 ? undefined : conditions;
}

function toAnswer(found: R2Object, body: ReadableStream | null): Response {
  const { size, range } = found;
  const [offset, length] = toPart(range, size);
  const isPart = offset > 0 || length < size;
  const headers = toFields(found);
  headers.set("Content-Length", String(length));
  if (isPart) headers.set("Content-Range", `bytes ${offset}-${offset + length - 1}/${size}`);
  return new Response(body, { status: isPart ? 206 : 200, headers, encodeBody: "manual" });
}

/** No object, or a condition that does not hold: of those that know the object already, or of those that want another one. */
function toNone(found: R2Object | null, conditions: Headers | undefined): Response {
  if (found === null) return new Response(null, { status: 404 });
  const wanted = conditions?.get("if-match") ?? "*";
  const isOther = wanted !== "*" && !wanted.includes(found.httpEtag);
  const isKnown = conditions?.has("if-none-match") === true || conditions?.has("if-modified-since") === true;
  return new Response(null, { status: isKnown && !isOther ? 304 : 412, headers: toFields(found) });
}

function toFields(found: R2Object): Headers {
  const headers = new Headers();
  found.writeHttpMetadata(headers);
  headers.set("ETag", found.httpEtag);
  headers.set("Last-Modified", found.uploaded.toUTCString());
  headers.set("Accept-Ranges", "bytes");
  return headers;
}

/** One range, of an object that its client has in this version. Others are not asked for: then all of it comes. */
function findRange(headers: Headers): Headers | undefined {
  const range = headers.get("range");
  if (range === null || !/^bytes=(?:\d{1,15}-\d{0,15}|-\d{1,15})$/.test(range)) return undefined;
  return headers.has("if-range") ? undefined : new Headers({ range });
}

/** The runtime's ranges have all three, undefined where they say nothing. */
interface AnyRange {
  readonly offset?: number | undefined;
  readonly length?: number | undefined;
  readonly suffix?: number | undefined;
}

function toPart(range: AnyRange | undefined, size: number): readonly [offset: number, length: number] {
  const {
    suffix,
    offset = suffix === undefined ? 0 : Math.max(0, size - suffix),
    length = size,
  } = range ?? {};
  return [offset, Math.min(length, size - offset)];
}

/** undefined: no object can have such a key. */
function toKey(url: string): string | undefined {
  try {
    const key = decodeURIComponent(new URL(url).pathname.slice(1));
    const { byteLength } = new TextEncoder().encode(key);
    return byteLength > 0 && byteLength <= KEY_BYTES_MAX ? key : undefined;
  } catch {
    return undefined;
  }
}

/** A bucket cannot be told that nobody waits any more. */
async function untilAborted(signal: AbortSignal, answered: Promise<Response>): Promise<Response> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => {
    reject(signal.reason as Error);
  };
  if (signal.aborted) onAbort();
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    return await Promise.race([answered, promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
