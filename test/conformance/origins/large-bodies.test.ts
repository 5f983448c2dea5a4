// Bodies far larger than a Worker's memory pass both ways as streams: the memory of workerd stays flat, a slow reader
// slows the writer down, and not a byte is lost. HEADGATE_STREAM_MIB=1024 sends a whole GiB.

import { createHash } from "node:crypto";
import { once } from "node:events";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { open, send } from "../support/client.ts";
import { measure } from "../support/measure.ts";
import { startStand } from "../support/stand.ts";

const MIB = 1_048_576;
const BODY_MIB = Number(process.env["HEADGATE_STREAM_MIB"] ?? 256);
const MEMORY_GROWTH_MAX = 64 * MIB;
/** What is stored passes through more buffers; it must still be far less than the body. */
const CACHED_GROWTH_MAX = 128 * MIB;

const { origin, gateway } = await startStand(
  {
    policies: { "per-client": { algorithm: "token-bucket", limit: 1_000, window: "1m", key: "ip" } },
    routes: [
      { path: "/cached/*", policies: ["per-client"], cache: { ttl: "30s" } },
      { path: "/*", policies: ["per-client"] },
    ],
  },
  { isMeasured: true },
);

/** `mib` mebibytes, each different from the one before. */
async function* produce(mib: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < mib; at += 1) yield Buffer.alloc(MIB, at % 251);
}

function toDigest(mib: number): string {
  const hash = createHash("sha1");
  for (let at = 0; at < mib; at += 1) hash.update(Buffer.alloc(MIB, at % 251));
  return hash.digest("hex");
}

async function download(path: string): Promise<string> {
  const { status, stream } = await open(gateway, path);
  expect(status).toBe(200);
  const hash = createHash("sha1");
  for await (const piece of stream as AsyncIterable<Buffer>) hash.update(piece);
  return hash.digest("hex");
}

beforeAll(async () => {
  // Buffers and code that the first large body needs are not growth.
  origin.serve("/warm", { body: produce(32) });
  await download("/warm");
  await send(gateway, "/warm-up", {
    method: "POST",
    body: Readable.from(produce(32), { objectMode: false }),
  });
});

describe(`${BODY_MIB} MiB`, () => {
  it("come down whole, with flat memory", { timeout: 180_000 }, async () => {
    origin.serve("/down", { body: produce(BODY_MIB) });
    let digest = "";
    const { grownBytes } = await measure(gateway, async () => {
      digest = await download("/down");
    });
    expect(digest).toBe(toDigest(BODY_MIB));
    expect(grownBytes).toBeLessThan(MEMORY_GROWTH_MAX);
  });

  it("go up whole, with flat memory", { timeout: 180_000 }, async () => {
    const body = Readable.from(produce(BODY_MIB), { objectMode: false });
    const { grownBytes } = await measure(gateway, async () => {
      expect((await send(gateway, "/up", { method: "POST", body })).status).toBe(200);
    });
    expect(origin.requests("/up")[0]?.bodyBytes()).toBe(BODY_MIB * MIB);
    expect(grownBytes).toBeLessThan(MEMORY_GROWTH_MAX);
  });
});

describe(`${BODY_MIB} MiB on a route with a cache`, () => {
  it(
    "come down whole, with memory that does not grow with them, stored or not",
    { timeout: 180_000 },
    async () => {
      origin.serve("/cached/large", {
        body: produce(BODY_MIB),
        fields: [["Cache-Control", "public, max-age=30"]],
      });
      let digest = "";
      const { grownBytes } = await measure(gateway, async () => {
        digest = await download("/cached/large");
      });
      expect(digest).toBe(toDigest(BODY_MIB));
      expect(grownBytes).toBeLessThan(CACHED_GROWTH_MAX);
    },
  );
});

describe("a client that does not read", () => {
  it.each([
    ["/held", 64],
    ["/cached/held", 192],
  ])("holds the origin back instead of filling the gateway (%s)", async (path, sentMibMax) => {
    let sentMib = 0;
    origin.serve(path, {
      fields: [["Cache-Control", "public, max-age=30"]],
      body: (async function* counted() {
        for await (const piece of produce(512)) {
          sentMib += 1;
          yield piece;
        }
      })(),
    });
    const { grownBytes } = await measure(gateway, async () => {
      const { stream } = await open(gateway, path);
      await once(stream, "data");
      stream.pause();
      // Unheld, 512 MiB pass in less time than this.
      await wait(1_500);
      stream.destroy();
    });
    expect(sentMib).toBeGreaterThan(0);
    expect(sentMib).toBeLessThan(sentMibMax);
    expect(grownBytes).toBeLessThan(CACHED_GROWTH_MAX);
  });
});
