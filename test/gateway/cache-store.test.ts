// What is read of the store a second time belongs to what was read the first time, or is not used. On workerd's own
// Cache API.

import { describe, expect, it } from "vitest";
import { NO_MARK, type StoredRecord } from "../../src/core/cache/stored-record.ts";
import { CacheStore } from "../../src/gateway/cache-store.ts";
import { keepRefreshed } from "../../src/gateway/keep-response.ts";
import { record } from "../core/cache/samples.ts";

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
): Promise<StoredRecord> {
  const made = {
    ...record({ answer: { "cache-control": "max-age=60", ...fields }, atMs }),
    bodyBytes: body.length,
  };
  expect(await store.write(key, made, new TextEncoder().encode(body))).toBe(true);
  return made;
}

async function readPart(key: string, of: StoredRecord): Promise<string | undefined> {
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
