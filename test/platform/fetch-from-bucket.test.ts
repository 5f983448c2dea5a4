// A bucket as an origin, in the runtime's own R2.

import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { fetchFromBucket } from "../../src/platform/fetch-from-bucket.ts";

const { BUCKET } = env as unknown as { readonly BUCKET: R2Bucket };
const TEXT = "0123456789";
let etag = "";

beforeAll(async () => {
  const httpMetadata = { contentType: "text/plain", cacheControl: "max-age=60" };
  const put = await BUCKET.put("a/b c.txt", TEXT, { httpMetadata });
  etag = put.httpEtag;
  await BUCKET.put("empty", "");
});

const ask = (path: string, fields: Record<string, string> = {}, method = "GET"): Promise<Response> =>
  fetchFromBucket(BUCKET, new Request(`https://r2.internal${path}`, { method, headers: fields }));

describe("an object of a bucket", () => {
  it("comes with what was stored of it", async () => {
    const answer = await ask("/a/b%20c.txt");
    expect([answer.status, await answer.text()]).toEqual([200, TEXT]);
    const names = ["content-type", "cache-control", "etag", "accept-ranges", "content-length"];
    expect(names.map((name) => answer.headers.get(name))).toEqual([
      "text/plain",
      "max-age=60",
      etag,
      "bytes",
      "10",
    ]);
    expect(Date.parse(answer.headers.get("last-modified") ?? "")).toBeGreaterThan(Date.now() - 60_000);
  });

  it("has a head without a body", async () => {
    const answer = await ask("/a/b%20c.txt", {}, "HEAD");
    expect([answer.status, answer.body, answer.headers.get("content-length")]).toEqual([200, null, "10"]);
    expect((await ask("/a/b%20c.txt", { "if-none-match": etag }, "HEAD")).status).toBe(304);
  });

  it("that is empty is one all the same", async () => {
    const answer = await ask("/empty");
    expect([answer.status, await answer.text(), answer.headers.get("content-length")]).toEqual([
      200,
      "",
      "0",
    ]);
  });

  it.each([["/none"], ["/"], ["/%ff"], [`/${"a".repeat(1_025)}`]])("is not there: %s", async (path) => {
    expect((await ask(path)).status).toBe(404);
  });

  it.each(["POST", "PUT", "DELETE"])("is not changed by %s", async (method) => {
    const answer = await ask("/a/b%20c.txt", {}, method);
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
    expect(await (await ask("/a/b%20c.txt")).text()).toBe(TEXT);
  });
});

describe("conditions", () => {
  const past = new Date(0).toUTCString();
  const future = new Date(Date.now() + 86_400_000).toUTCString();
  it.each([
    ["what is known", () => ({ "if-none-match": etag }), 304],
    ["what is known, among others", () => ({ "if-none-match": `"x", ${etag}` }), 304],
    ["anything known", () => ({ "if-none-match": "*" }), 304],
    ["another one known", () => ({ "if-none-match": '"x"' }), 200],
    ["changed since", () => ({ "if-modified-since": past }), 200],
    ["not changed since", () => ({ "if-modified-since": future }), 304],
    ["this one wanted", () => ({ "if-match": etag }), 200],
    ["another one wanted", () => ({ "if-match": '"x"' }), 412],
    ["another one wanted, and this one known", () => ({ "if-match": '"x"', "if-none-match": etag }), 412],
    ["unmodified since the past", () => ({ "if-unmodified-since": past }), 412],
    ["no date", () => ({ "if-modified-since": "yesterday" }), 200],
    ["no tag", () => ({ "if-none-match": "x" }), 200],
    ["a weak tag of it", () => ({ "if-none-match": `W/${etag}` }), 304],
  ] as const)("%s", async (_name, toFields, status) => {
    const answer = await ask("/a/b%20c.txt", { ...toFields() });
    expect(answer.status).toBe(status);
    if (status === 304) expect([answer.headers.get("etag"), answer.body]).toEqual([etag, null]);
    await answer.body?.cancel();
  });
});

describe("a range", () => {
  it.each([
    ["bytes=2-4", 206, "234", "bytes 2-4/10"],
    ["bytes=7-", 206, "789", "bytes 7-9/10"],
    ["bytes=-3", 206, "789", "bytes 7-9/10"],
    ["bytes=8-99", 206, "89", "bytes 8-9/10"],
    ["bytes=0-", 200, TEXT, null],
    ["bytes=-99", 200, TEXT, null],
    ["bytes=10-", 416, "", "bytes */10"],
    ["bytes=4-2", 200, TEXT, null],
    ["bytes=1-2,4-5", 200, TEXT, null],
    ["lines=1-2", 200, TEXT, null],
    ["bytes=a-b", 200, TEXT, null],
  ])("%s: %i", async (range, status, text, contentRange) => {
    const answer = await ask("/a/b%20c.txt", { range });
    expect([answer.status, await answer.text(), answer.headers.get("content-range")]).toEqual([
      status,
      text,
      contentRange,
    ]);
  });

  it("of another version is the whole object", async () => {
    const answer = await ask("/a/b%20c.txt", { range: "bytes=2-4", "if-range": '"x"' });
    expect([answer.status, await answer.text()]).toEqual([200, TEXT]);
  });
});

it("a range that the bucket refuses is beyond the object", async () => {
  const refusing = {
    get: () => Promise.reject(new Error("get: The requested range is not satisfiable (10039)")),
    head: () => Promise.resolve({ size: 10 }),
  } as unknown as R2Bucket;
  const answer = await fetchFromBucket(
    refusing,
    new Request("https://r2.internal/a", { headers: { range: "bytes=10-" } }),
  );
  expect([answer.status, answer.headers.get("content-range")]).toEqual([416, "bytes */10"]);
});

it("nobody waits for any more is given up", async () => {
  const never = { get: () => new Promise(() => undefined) } as unknown as R2Bucket;
  const request = new Request("https://r2.internal/a", { signal: AbortSignal.timeout(20) });
  await expect(fetchFromBucket(never, request)).rejects.toThrow(/abort|timeout/i);
});
