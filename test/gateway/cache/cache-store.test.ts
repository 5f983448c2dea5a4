// What is read of the store a second time belongs to what was read the first time, or is not used. On workerd's own
// Cache API.

import { describe, expect, it } from "vitest";
import { NO_MARK, type StoredResponse } from "../../../src/core/cache/stored-response.ts";
import { cancelBody, CacheStore } from "../../../src/gateway/cache/cache-store.ts";
import { keepRefreshed } from "../../../src/gateway/cache/keep-response.ts";
import { record } from "../../core/cache/samples.ts";

const store = new CacheStore("https://origin.example");
const RANGE = { first: 1, last: 2 };
let keys = 0;

async function stored(body: string, fields: Readonly<Record<string, string>>, atMs: number) {
  keys += 1;
  const key = `key ${keys}`;
  return { key, record: await write(key, body, { fields, atMs }) };
}

async function write(
  key: string,
  body: string,
  { fields, atMs }: { readonly fields: Readonly<Record<string, string>>; readonly atMs: number },
): Promise<StoredResponse> {
  const made = {
    ...record({ answer: { "cache-control": "max-age=60", ...fields }, atMs }),
    bodyBytes: body.length,
  };
  expect(await store.write(key, made, new TextEncoder().encode(body))).toBe(true);
  return made;
}

async function readPart(key: string, of: StoredResponse): Promise<string | undefined> {
  return await (await store.readRange(key, RANGE, of))?.text();
}

describe("a part of a stored body", () => {
  it("is read of the body that its record was read with", async () => {
    const first = await stored("0123", { etag: '"a"' }, 1_000);
    expect(await readPart(first.key, first.record)).toBe("12");
    // A confirmation makes the record newer, and the body stays.
    await write(first.key, "0123", { fields: { etag: '"a"' }, atMs: 2_000 });
    expect(await readPart(first.key, first.record)).toBe("12");
  });

  it.each<readonly [string, Readonly<Record<string, string>>, string, Readonly<Record<string, string>>]>([
    ["another tag", { etag: '"a"' }, "abcd", { etag: '"b"' }],
    ["another date", { "last-modified": "x" }, "abcd", { "last-modified": "y" }],
    ["another length", { etag: '"a"' }, "abcde", { etag: '"a"' }],
    ["another time, where nothing else tells", {}, "abcd", {}],
  ])("is not read of one that came meanwhile: %s", async (_, fields, body, other) => {
    const first = await stored("0123", fields, 1_000);
    await write(first.key, body, { fields: other, atMs: 2_000 });
    expect(await readPart(first.key, first.record)).toBeUndefined();
  });

  it("is not read of what is gone", async () => {
    const first = await stored("0123", {}, 1_000);
    await store.delete(first.key);
    expect(await readPart(first.key, first.record)).toBeUndefined();
  });
});

describe("keepRefreshed()", () => {
  it("keeps the body of what was found, and nothing of what came meanwhile", async () => {
    const first = await stored("0123", { etag: '"a"' }, 1_000);
    const found = { ...first, body: null };
    const newer = { ...first.record, responseTimeMs: 3_000, mark: NO_MARK };
    expect(await keepRefreshed(store, found, newer)).toBe(true);
    expect((await store.read(first.key))?.entry).toEqual(newer);
    const other = await write(first.key, "abcd", { fields: { etag: '"b"' }, atMs: 2_000 });
    expect(await keepRefreshed(store, found, newer)).toBe(false);
    expect((await store.read(first.key))?.entry).toEqual(other);
  });
});

describe("memory", () => {
  const FRESH = { etag: '"a"' };
  const NEVER_FRESH = { "cache-control": "no-cache", etag: '"a"' };
  const recalled = (key: string): string | undefined => {
    const body = store.recall(key)?.body;
    return body instanceof Uint8Array ? new TextDecoder().decode(body) : undefined;
  };
  /** Another isolate's store of the same scope. */
  const other = new CacheStore("https://origin.example");

  it("has what was stored, and what was read, until it is deleted or replaced here", async () => {
    const { key } = await stored("0123", FRESH, Date.now());
    expect(recalled(key)).toBe("0123");
    expect(other.recall(key)).toBeUndefined();
    expect((await other.read(key))?.isHeld).toBe(false);
    expect(other.recall(key)?.isHeld).toBe(true);
    await write(key, "abcd", { fields: FRESH, atMs: Date.now() });
    expect(recalled(key)).toBe("abcd");
    const deleting = store.delete(key);
    expect(recalled(key)).toBeUndefined();
    await deleting;
    expect(await store.read(key)).toBeUndefined();
  });

  it("has nothing of a look-up that was under way when its key was deleted", async () => {
    const { key } = await stored("0123", FRESH, Date.now());
    const reading = other.read(key);
    await other.delete(key);
    await reading;
    expect(other.recall(key)).toBeUndefined();
  });

  it("has nothing of a body that broke off, nor of one that is too large", async () => {
    const made = { ...record({ answer: { "cache-control": "max-age=60" }, atMs: Date.now() }), bodyBytes: 4 };
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const writer = writable.getWriter();
    const writing = store.write("broken", made, { readable, isWhole: Promise.resolve(false) });
    await writer.write(new Uint8Array(2));
    await writer.close();
    expect(await writing).toBe(false);
    expect([store.recall("broken"), await other.read("broken")]).toEqual([undefined, undefined]);

    const { key } = await stored("x".repeat(65_537), FRESH, Date.now());
    const large = await store.read(key);
    expect([store.recall(key), large?.body instanceof ReadableStream]).toEqual([undefined, true]);
    await cancelBody(large?.body);
  });

  it("has nothing whose length is not the stored one, and neither is it answered with", async () => {
    const { key } = await stored("0123", FRESH, Date.now());
    const url = `https://headgate.invalid/${encodeURIComponent(`https://origin.example ${key}`)}`;
    const whole = await caches.default.match(url);
    expect(await whole?.clone().text()).toBe("0123");
    for (const body of ["012", "01234"]) {
      await caches.default.put(url, new Response(body, { headers: toHeaders(whole) }));
      expect([await other.read(key), other.recall(key)]).toEqual([undefined, undefined]);
    }
    await caches.default.put(url, new Response("0123", { headers: toHeaders(whole) }));
    expect((await other.read(key))?.isHeld).toBe(false);
    expect(other.recall(key)).toBeDefined();
  });

  it("has a confirmed record at once, and writes what is validated before every use only now and then", async () => {
    const { key, record: first } = await stored("0123", NEVER_FRESH, Date.now());
    const second = { ...first, responseTimeMs: first.responseTimeMs + 1_000 };
    expect(await keepRefreshed(store, { key, record: first }, second)).toBe(true);
    expect([store.recall(key)?.entry, recalled(key)]).toEqual([second, "0123"]);
    expect((await other.read(key))?.entry).toEqual(first);

    const old = await stored("0123", NEVER_FRESH, Date.now() - 60_000);
    await other.read(old.key);
    expect(await keepRefreshed(other, old, { ...old.record, responseTimeMs: Date.now() })).toBe(true);
    expect((await store.read(old.key))?.entry).not.toEqual(old.record);
  });

  it("and a confirmation that makes a record fresh is written for all", async () => {
    const { key, record: first } = await stored("0123", NEVER_FRESH, Date.now());
    const fresh = { ...first, mustValidate: false, lifetimeMs: 60_000 };
    expect(await keepRefreshed(store, { key, record: first }, fresh)).toBe(true);
    expect((await other.read(key))?.entry).toEqual(fresh);
  });
});

function toHeaders(response: Response | undefined): Headers {
  const headers = new Headers(response?.headers);
  headers.delete("content-length");
  return headers;
}
