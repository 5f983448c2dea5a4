// What a hit costs beyond the isolate: how often the Cache API is asked, on a workerd whose Cache API is a server that
// counts.

import { afterAll, describe, expect, it } from "vitest";
import { rm } from "node:fs/promises";
import { startCacheStore } from "../../../bench/load/cache-store.ts";
import { startHeadgate } from "../../../bench/servers/headgate.ts";
import { control, statusOf } from "../support/cache-stand.ts";
import { send, type Reply, type RequestOptions } from "../support/client.ts";
import { newFolder } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { until } from "../support/until.ts";

/** As in production: so requests meet a renewal that is on its way. */
const CACHE_DELAY_MS = 3;

const origin = await startOrigin();
afterAll(origin.close);
const { address, asked, close } = await startCacheStore({ delayMs: CACHE_DELAY_MS });
afterAll(close);
const folder = await newFolder();
const server = await startHeadgate(
  {
    originUrl: origin.url,
    cacheAddress: address,
    folder,
    pinned: [],
    limit: { units: 1, windowMs: 1_000 },
  },
  { policies: {}, routes: [{ path: "/*", cache: { vary: {} } }] },
);
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const TIMES = 60;
const CLIENTS = 20;
const ask = (path: string, options?: RequestOptions): Promise<Reply> =>
  send({ url: `http://127.0.0.1:${server.port}` }, path, options);

function serve(path: string, body: string, cacheControl = "max-age=600"): void {
  origin.serve(path, ({ field }) =>
    field("If-None-Match") === '"a"'
      ? { status: 304, fields: control(cacheControl, ["ETag", '"a"']) }
      : { body, fields: control(cacheControl, ["ETag", '"a"']) },
  );
}

/** How often the Cache API was asked while so many requests were answered, one after the other, and in how many seconds. */
async function count(
  path: string,
  options: readonly RequestOptions[],
): Promise<{ readonly lookUps: number; readonly writes: number; readonly seconds: number }> {
  const before = { ...asked };
  const startMs = performance.now();
  for (let time = 0; time < TIMES; time += 1) await ask(path, options[time % options.length]);
  const seconds = (performance.now() - startMs) / 1_000;
  return { lookUps: asked.lookUps - before.lookUps, writes: asked.writes - before.writes, seconds };
}

const untilHit = (path: string): Promise<unknown> =>
  until("a hit", async () => statusOf(await ask(path))["hit"] === true);

const WAYS: readonly (readonly [string, RequestOptions])[] = [
  ["whole", {}],
  ["its fields alone", { method: "HEAD" }],
  ["not modified", { fields: [["If-None-Match", '"a"']] }],
  ["a part", { fields: [["Range", "bytes=1-3"]] }],
  ["several parts", { fields: [["Range", "bytes=0-0,4-5"]] }],
];

describe("a small answer", () => {
  it.each(WAYS)("is given from memory: %s", async (way, options) => {
    const path = `/small/${encodeURIComponent(way)}`;
    serve(path, "0123456789");
    await untilHit(path);
    const first = await ask(path, options);
    expect(statusOf(first)["hit"]).toBe(true);
    const { lookUps, writes, seconds } = await count(path, [options]);
    // The mark of its URL is read once a second.
    expect(lookUps).toBeLessThanOrEqual(seconds + 1);
    expect(writes).toBe(0);
    expect((await ask(path, options)).text().length).toBe(first.text().length);
    expect(origin.requests(path).length).toBe(1);
  });

  it("is the same bytes each time, whoever asked before", async () => {
    serve("/small/same", "0123456789");
    await untilHit("/small/same");
    const bodies: string[] = [];
    for (const [, options] of [...WAYS, ...WAYS]) bodies.push((await ask("/small/same", options)).text());
    expect(bodies.slice(WAYS.length).map((body) => body.replaceAll(/--[\da-f]{32}/g, ""))).toEqual(
      bodies.slice(0, WAYS.length).map((body) => body.replaceAll(/--[\da-f]{32}/g, "")),
    );
    expect([bodies[0], bodies[1], bodies[2], bodies[3]]).toEqual(["0123456789", "", "", "123"]);
  });

  it("that is asked about before every use is looked up in memory, and seldom written", async () => {
    serve("/small/no-cache", "0123456789", "no-cache");
    await ask("/small/no-cache");
    await until("it is stored", async () => statusOf(await ask("/small/no-cache"))["fwd-status"] === 304);
    const { lookUps, writes, seconds } = await count("/small/no-cache", [{}]);
    expect(lookUps).toBeLessThanOrEqual(seconds * 2 + 1);
    expect(writes).toBeLessThanOrEqual(seconds / 10 + 1);
    expect((await ask("/small/no-cache")).text()).toBe("0123456789");
    expect(origin.requests("/small/no-cache").length).toBeGreaterThanOrEqual(TIMES);
  });
});

/** How often the Cache API is asked while many clients send together, and in how many seconds. */
async function storm(path: string): ReturnType<typeof count> {
  const before = { ...asked };
  const startMs = performance.now();
  const client = async (): Promise<void> => {
    for (let time = 0; time < TIMES; time += 1) await ask(path);
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const seconds = (performance.now() - startMs) / 1_000;
  return { lookUps: asked.lookUps - before.lookUps, writes: asked.writes - before.writes, seconds };
}

describe("what is asked about before every use, by many at once", () => {
  it.each([
    ["small", "0123456789"],
    ["large", "0123456789".repeat(10_000)],
  ])("is written once, and not with every confirmation: %s", async (size, body) => {
    const path = `/storm/${size}`;
    serve(path, body, "no-cache");
    const { lookUps, writes, seconds } = await storm(path);
    expect(writes).toBeLessThanOrEqual(2 + seconds / 10);
    // A large body is nowhere but there.
    if (size === "small") expect(lookUps).toBeLessThan(CLIENTS * 5 * (1 + seconds / 10));
    expect((await ask(path)).text()).toBe(body);
  });
});

describe("a large answer", () => {
  it("comes from the Cache API each time", async () => {
    const body = "0123456789".repeat(10_000);
    serve("/large", body);
    await untilHit("/large");
    const { lookUps } = await count("/large", [{}]);
    expect(lookUps).toBeGreaterThanOrEqual(TIMES);
    expect((await ask("/large")).text()).toBe(body);
  });
});
