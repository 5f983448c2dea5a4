// What becomes of an answer whose client has left, by a reset: the origin is not kept at it for nobody, and nobody is
// blamed for it.

import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { send } from "../support/client.ts";
import { startPoolStand, readEvents } from "../support/pool-stand.ts";
import { until } from "../support/until.ts";

const TIMEOUT_MS = 1_500;
const PERMIT = { algorithm: "concurrency", limit: 5, expires: "1h", key: "path" };

const { origins, gateway, counts } = await startPoolStand(2, ([one, other]) => ({
  origin: "plain",
  origins: {
    plain: { members: [one], retries: { max: 0 } },
    touchy: {
      members: [one, other],
      policies: ["calls", "four"],
      breaker: { failures: 1 },
      retries: { backoff: "1ms" },
    },
  },
  policies: {
    flights: PERMIT,
    calls: PERMIT,
    lone: { ...PERMIT, limit: 1, key: "everyone" },
    four: { algorithm: "fixed-window", align: "first-request", limit: 4, window: "1h", key: "everyone" },
  },
  routes: [
    { path: "/plain" },
    { path: "/paced", bodyTimeout: "1h" },
    { path: "/total", totalTimeout: "1h" },
    { path: "/held-and-stored", cache: { ttl: "1h" }, policies: ["flights"] },
    { path: "/stored", cache: { ttl: "1h" } },
    { path: "/stored-paced", cache: { ttl: "1h" }, bodyTimeout: `${TIMEOUT_MS}ms` },
    { path: "/stored-stalled/*", cache: { ttl: "1h" }, bodyTimeout: `${TIMEOUT_MS}ms` },
    { path: "/touchy/*", origin: "touchy" },
    { path: "/stored-total", cache: { ttl: "1h" }, totalTimeout: `${TIMEOUT_MS}ms` },
    { path: "/closed/*", policies: ["lone"], bodyTimeout: `${TIMEOUT_MS}ms` },
  ],
}));
const [origin] = origins;
if (origin === undefined) throw new Error("no origin");

/** A client that has the first piece of an answer, or has waited for it for a moment. */
async function openClient(path: string, forMs = 10_000): Promise<Socket> {
  const socket = connect({ host: "127.0.0.1", port: gateway.port });
  socket.on("error", () => socket.destroy());
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${gateway.port}\r\n\r\n`);
  let text = "";
  const piece = new Promise<void>((resolve) => {
    socket.on("data", (data) => {
      text += data.toString("latin1");
      if (text.includes("first")) resolve();
    });
  });
  await Promise.race([piece, wait(forMs)]);
  return socket;
}

/** Answers with a first piece, and with a second one when the test says so. */
function serveInTurn(path: string): () => void {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  async function* pieces(): AsyncGenerator<string> {
    yield "first";
    await promise;
    yield "second";
  }
  origin?.serve(path, () => ({ body: pieces() }));
  return () => {
    resolve(undefined);
  };
}

const untilLeft = (path: string): Promise<unknown> =>
  until("the origin to be left", () => origin.flights(path).now === 0);

describe("an idle answer whose client has left", () => {
  it.each(["/plain", "/paced", "/total", "/held-and-stored"])("ends at the origin: %s", async (path) => {
    serveInTurn(path);
    const client = await openClient(path);
    expect(origin.flights(path).now).toBe(1);
    client.resetAndDestroy();
    await untilLeft(path);
  });

  it.each(["/stored", "/stored-paced"])("goes on for the store: %s", async (path) => {
    const finish = serveInTurn(path);
    const client = await openClient(path);
    client.resetAndDestroy();
    await wait(200);
    finish();
    await untilLeft(path);
    expect((await send(gateway, path)).text()).toBe("firstsecond");
    expect(origin.requests(path)).toHaveLength(1);
  });

  it.each([1, 3])("that goes on for the store is cut when it stalls: after %i pieces", async (pieces) => {
    const path = `/stored-stalled/${pieces}`;
    async function* untilStalled(): AsyncGenerator<string> {
      for (let piece = 0; piece < pieces; piece += 1) {
        yield "first";
        await wait(200);
      }
      await new Promise(() => undefined);
    }
    origin.serve(path, () => ({ body: untilStalled() }));
    const client = await openClient(path);
    client.resetAndDestroy();
    const leftMs = Date.now();
    await untilLeft(path);
    expect(Date.now() - leftMs).toBeGreaterThan(TIMEOUT_MS / 2);
  });

  it("that goes on for the store is cut when it takes too long", async () => {
    async function* drip(): AsyncGenerator<string> {
      for (let piece = 0; piece < 100; piece += 1) {
        yield "first";
        await wait(50);
      }
    }
    origin.serve("/stored-total", () => ({ body: drip() }));
    const client = await openClient("/stored-total");
    client.resetAndDestroy();
    await wait(TIMEOUT_MS / 3);
    expect(origin.flights("/stored-total").now).toBe(1);
    const leftMs = Date.now();
    await untilLeft("/stored-total");
    expect(Date.now() - leftMs).toBeLessThan(2 * TIMEOUT_MS);
  });
});

// Where a later platform sees this at once, "Permits" in docs/configuration/policies.md and wrangler.toml are to say so.
describe("a client that closes without a reset, locally", () => {
  it("is seen when something is written to it; until then its permit stays, and bodyTimeout bounds that", async () => {
    serveInTurn("/closed/idle");
    const client = await openClient("/closed/idle");
    client.destroy();
    const closedMs = Date.now();
    await wait(TIMEOUT_MS / 4);
    expect((await send(gateway, "/closed/other")).status).toBe(429);
    await until("a place", async () => (await send(gateway, "/closed/other")).status === 200);
    expect(Date.now() - closedMs).toBeGreaterThan(TIMEOUT_MS / 2);
  });
});

describe("a request whose client leaves before its answer", () => {
  it("is no fault of the origin's: nothing is logged, sent again, or shut", async () => {
    for (const one of origins) one.serve("/touchy/silent", { raw: "", ending: "stall" });
    for (let time = 0; time < 3; time += 1) {
      const client = await openClient("/touchy/silent", 0);
      await until("an origin to be asked", () =>
        origins.some((one) => one.flights("/touchy/silent").now === 1),
      );
      client.resetAndDestroy();
      await until("the origins to be left", () =>
        origins.every((one) => one.flights("/touchy/silent").now === 0),
      );
    }
    expect(counts("/touchy/silent").reduce((sum, count) => sum + count)).toBe(3);
    // No more of the quota was taken than that, either.
    expect((await send(gateway, "/touchy/well")).status).toBe(200);
    const isItsOwn = ({ route }: Readonly<Record<string, unknown>>): boolean => route === "/touchy/*";
    expect(readEvents(gateway, "failed").filter(isItsOwn)).toEqual([]);
    expect(readEvents(gateway, "origin")).toEqual([]);
  });
});
