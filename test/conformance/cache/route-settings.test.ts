// What a route may say about caching, apart from its key and its stale times: lifetimes by status, what passes the cache by,
// how large an answer may be, and whether hits cost quota.

import { describe, expect, it } from "vitest";
import { control, isHit, startCacheStand, statusOf } from "../support/cache-stand.ts";
import { newAddress, openWebSocket, type RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { untilTime } from "../support/until.ts";

const BYTES_MAX = 100_000;

const { gateway, serve, ask, askInTurn, asked, untilHit } = await startCacheStand(
  [
    { path: "/says/*", cache: {} },
    { path: "/ttl/*", cache: { ttl: "60s" } },
    {
      path: "/status/*",
      cache: {
        ttl: "60s",
        ttlByStatus: { 200: "never", 403: "60s", 404: "1s", "5xx": "60s", 503: "never", "4xx": "60s" },
      },
    },
    { path: "/small/*", cache: { ttl: "60s", bodyBytesMax: BYTES_MAX } },
    {
      path: "/bypass/*",
      cache: { ttl: "60s", bypass: { headers: ["X-Debug"], cookies: ["session"], query: ["preview"] } },
    },
    { path: "/counted/*", policies: ["three"], cache: { ttl: "60s" } },
    { path: "/free/*", policies: ["three"], cache: { ttl: "60s", hits: "free" } },
  ],
  { policies: { three: { algorithm: "token-bucket", limit: 3, window: "1h", key: "ip" } } },
);

const FRESH = control("max-age=60");

async function isStored(path: string, options: RequestOptions = {}): Promise<boolean> {
  await askInTurn(path, options, options);
  return asked(path) === 1;
}

describe("ttl", () => {
  it.each<readonly [string, Fields]>([
    ["nothing", []],
    ["max-age=0", control("max-age=0")],
    ["max-age=soon", control("max-age=soon")],
    ["Expires in the past", [["Expires", "0"]]],
    ["an old Date", [["Date", "Sun, 06 Nov 1994 08:49:37 GMT"]]],
  ])("takes the place of what the origin says: %s", async (_, fields) => {
    const path = serve("ttl", { fields });
    expect(await isStored(path)).toBe(true);
    expect(statusOf(await untilHit(path))["ttl"]).toBeGreaterThan(50);
  });

  it.each([203, 204, 300, 301, 308])(
    "is for every answer that is as lasting as a 200: %i",
    async (status) => {
      expect(await isStored(serve("ttl", { status }))).toBe(true);
    },
  );

  it.each([302, 303, 307, 404, 410, 500])("is for no other: %i", async (status) => {
    expect(await isStored(serve("ttl", { status }))).toBe(false);
  });

  it.each(["no-store", "private", "no-cache"])("is nothing against the origin's word: %s", async (value) => {
    expect(await isStored(serve("ttl", { fields: control(value) }))).toBe(false);
  });

  it("is not for events without an end", async () => {
    expect(await isStored(serve("ttl", { fields: [["Content-Type", "text/event-stream"]] }))).toBe(false);
  });
});

describe("ttlByStatus", () => {
  it.each([
    [403, true],
    [418, true],
    [451, true],
    [500, true],
    [502, true],
    [503, false],
    [429, false],
    [200, false],
    [203, true],
  ])(
    "decides by status, then by class, then by ttl; a 429 is never stored: %i %s",
    async (status, stored) => {
      const path = serve("status", { status, fields: control("max-age=600") });
      expect(await isStored(path)).toBe(stored);
      if (stored) expect([(await ask(path)).status, (await ask(path)).text()]).toEqual([status, "answer 1"]);
    },
  );

  it("lets a negative answer be given again for its short time, and no longer", async () => {
    const path = serve("status", { status: 404 });
    const hit = await untilHit(path);
    expect(hit.status).toBe(404);
    await untilTime(hit.answeredAtMs + 1_100);
    expect((await ask(path)).text()).not.toBe(hit.text());
  });
});

describe("bodyBytesMax", () => {
  async function* pieces(bytes: number): AsyncGenerator<Buffer> {
    for (let left = bytes; left > 0; left -= 10_000) yield Buffer.alloc(Math.min(left, 10_000), "x");
  }

  it.each([
    ["a stated length", BYTES_MAX, true],
    ["a stated length", BYTES_MAX + 1, false],
    ["no stated length", BYTES_MAX, true],
    ["no stated length", BYTES_MAX + 1, false],
  ])("bounds what is stored, with %s of %i: %s", async (length, bytes, stored) => {
    const isStated = length === "a stated length";
    const path = serve("small", () => ({ body: isStated ? Buffer.alloc(bytes, "x") : pieces(bytes) }));
    const replies = await askInTurn(path, {}, {});
    expect(replies.map(({ body }) => body.length)).toEqual([bytes, bytes]);
    expect(asked(path)).toBe(stored ? 1 : 2);
  });
});

describe("bypass", () => {
  it.each<readonly [string, RequestOptions, string]>([
    ["a header", { fields: [["X-Debug", ""]] }, ""],
    ["a cookie", { fields: [["Cookie", "a=1; session=2"]] }, ""],
    ["a query parameter", {}, "?a=1&preview"],
    ["an escaped query parameter", {}, "?%70review=1"],
  ])("keeps a request from the store both ways: %s", async (_, options, query) => {
    const path = serve("bypass", { fields: FRESH });
    await askInTurn(`${path}${query}`, options, options);
    expect(asked(path)).toBe(2);
    await untilHit(path);
    const passed = await ask(`${path}${query}`, options);
    expect([isHit(passed), statusOf(passed)["fwd"]]).toEqual([false, "bypass"]);
  });

  it("is what a WebSocket does, which is the origin's to open, whatever is stored of its URL", async () => {
    const path = serve("ttl", {});
    await untilHit(path);
    const socket = await openWebSocket(gateway, path);
    socket.close();
    expect(isHit(await ask(path))).toBe(true);
  });

  it("is for those that it names alone", async () => {
    const path = serve("bypass", { fields: control("public, max-age=60") });
    const other: RequestOptions = {
      fields: [
        ["Cookie", "a=1; x-session=2"],
        ["X-Debugger", "1"],
      ],
    };
    expect(await isStored(`${path}?previews=1`, other)).toBe(true);
  });
});

describe("hits", () => {
  async function statusesOf(path: string, times: number, ip = newAddress()): Promise<readonly number[]> {
    const replies = await askInTurn(path, ...Array.from({ length: times }, () => ({ ip })));
    return replies.map(({ status }) => status);
  }

  it("that are counted cost quota like any request", async () => {
    const path = serve("counted", {});
    await untilHit(path, { ip: newAddress() });
    expect(await statusesOf(path, 4)).toEqual([200, 200, 200, 429]);
    expect(asked(path)).toBe(1);
  });

  it("that are free cost nothing, also HEAD, conditions and ranges", async () => {
    const path = serve("free", { fields: [["ETag", '"v1"']] });
    await untilHit(path, { ip: newAddress() });
    const ip = newAddress();
    const replies = await askInTurn(
      path,
      ...Array.from({ length: 4 }, () => ({ ip })),
      { ip, method: "HEAD" },
      { ip, fields: [["If-None-Match", '"v1"']] },
      { ip, fields: [["Range", "bytes=0-1"]] },
    );
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 304, 206]);
    expect(replies.every(isHit)).toBe(true);
  });

  it("that are free do not let the rest through: misses, passes and validations are counted", async () => {
    const ip = newAddress();
    const missing = await Promise.all(Array.from({ length: 3 }, () => statusesOf(serve("free", {}), 1, ip)));
    expect(missing.flat()).toEqual([200, 200, 200]);
    const stored = serve("free", { fields: [["ETag", '"v1"']] });
    await untilHit(stored, { ip: newAddress() });
    expect(await statusesOf(stored, 1, ip)).toEqual([200]);
    expect(await statusesOf(serve("free", {}), 1, ip)).toEqual([429]);
    expect((await ask(stored, { ip, method: "POST" })).status).toBe(429);
    expect((await ask(stored, { ip, fields: [["If-Match", '"v1"']] })).status).toBe(429);
  });
});
