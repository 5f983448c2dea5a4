// How many requests of a client are in flight at once, and when a place becomes free: with the end of the response,
// however it comes.

import { connect } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { newAddress, open, type OpenReply, send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startOrigin, type Origin } from "../support/origin.ts";
import { until } from "../support/until.ts";
import { LEAVES_AFTER, startWatchedGateway } from "../support/watched-gateway.ts";

const LIMIT = 3;

const origin: Origin = await startOrigin();
afterAll(origin.close);
const gateway = await startWatchedGateway({
  origin: origin.url,
  policies: {
    flights: { algorithm: "concurrency", limit: LIMIT, expires: "1h", key: "ip" },
    brief: { algorithm: "concurrency", limit: 1, expires: "3s", key: "ip" },
    rate: { algorithm: "sliding-window", limit: 100, window: "1h", key: "ip" },
  },
  routes: [
    { path: "/brief", policies: ["brief"] },
    { path: "/rated/*", policies: ["rate", "flights"] },
    { path: "/*", policies: ["flights"], timeout: "60s" },
  ],
});
afterAll(gateway.close);

let ip = "";
let path = "";
let paths = 0;

beforeEach(() => {
  ip = newAddress();
  path = `/flight-${(paths += 1)}`;
});

async function statusOf(at = "/probe"): Promise<number> {
  return (await send(gateway, at, { ip })).status;
}

/** Waits until a place is free: what a response gives back it gives back after its end. */
function untilFree(): Promise<unknown> {
  return until("a free place", async () => (await statusOf()) === 200);
}

async function* twoPieces(between: Promise<unknown>): AsyncGenerator<string> {
  yield "first piece";
  await between;
  yield ", and second";
}

async function* endlessPieces(): AsyncGenerator<string> {
  for (;;) {
    yield "x".repeat(10_000);
    await wait(5);
  }
}

/** An answer of two pieces; the second comes when the test says so, or the connection breaks in its place. */
function serveSlowly(at: string): { readonly finish: () => void; readonly breakOff: () => void } {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  promise.catch(() => undefined);
  origin.serve(at, () => ({
    body: twoPieces(promise),
  }));
  return {
    finish: () => {
      resolve(undefined);
    },
    breakOff: () => {
      reject(new Error("broken off"));
    },
  };
}

function openFlights(count: number): Promise<readonly OpenReply[]> {
  return Promise.all(Array.from({ length: count }, () => open(gateway, path, { ip })));
}

function readAll(replies: readonly OpenReply[]): Promise<unknown> {
  return Promise.all(replies.map(({ stream }) => stream.toArray().catch(() => undefined)));
}

describe("a place", () => {
  it("is taken until the response's body has ended, and then free again", async () => {
    const { finish } = serveSlowly(path);
    const flights = await openFlights(LIMIT);
    expect(flights.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await statusOf()).toBe(429);
    const ended = readAll(flights);
    finish();
    await ended;
    await untilFree();
  });

  it("is one of as many as the limit says, for each client", async () => {
    const { finish } = serveSlowly(path);
    const statuses = (await openFlights(10)).map(({ status, stream }) => {
      stream.resume();
      return status;
    });
    expect(statuses.filter((status) => status === 200)).toHaveLength(LIMIT);
    expect(statuses.filter((status) => status === 429)).toHaveLength(10 - LIMIT);
    expect((await send(gateway, "/probe", { ip: newAddress() })).status).toBe(200);
    finish();
    await untilFree();
  });

  it.each([
    ["an empty body", { status: 204 }],
    ["a short body", { body: "short" }],
    ["a status of 500", { status: 500, body: "broken" }],
    ["no HTTP at all", { raw: "nonsense\r\n\r\n", ending: "close" as const }],
    ["a connection that is reset", { raw: "", ending: "reset" as const }],
  ])("is free again after %s", async (_name, script) => {
    origin.serve(path, script);
    for (let time = 0; time < 2 * LIMIT; time += 1) {
      await untilFree();
      expect(await statusOf(path)).not.toBe(429);
    }
  });

  it("is free again when the origin breaks off in the middle of the body", async () => {
    const { breakOff } = serveSlowly(path);
    const ended = readAll(await openFlights(LIMIT));
    expect(await statusOf()).toBe(429);
    breakOff();
    await ended;
    await untilFree();
  });

  it("is free again when the client goes away in the middle of the body", async () => {
    origin.serve(path, () => ({
      body: endlessPieces(),
    }));
    const flights = await openFlights(LIMIT);
    expect(await statusOf()).toBe(429);
    for (const { stream } of flights) stream.destroy();
    await untilFree();
  });

  it("is free again when the client goes away before there is a response", async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    origin.serve(path, async () => {
      await promise;
      return { body: "too late" };
    });
    const left = Array.from({ length: LIMIT }, () =>
      send(gateway, path, { ip, fields: [[LEAVES_AFTER, "800"]] }),
    );
    await until("the origin to be asked", () => origin.requests(path).length === LIMIT);
    expect(await statusOf()).toBe(429);
    expect((await Promise.all(left)).map(({ status }) => status)).toEqual([499, 499, 499]);
    await untilFree();
    resolve(undefined);
  });

  it.each([
    ["is being taken", 350],
    ["is being taken, so late that it was decided without its counter", 700],
  ])("is free again when the client goes away while its place %s", async (_name, slowMs) => {
    await gateway.slowDown(slowMs);
    const { hostname, port } = new URL(gateway.url);
    const sockets = Array.from({ length: LIMIT }, () => connect({ host: hostname, port: Number(port) }));
    for (const socket of sockets)
      socket.write(`GET ${path} HTTP/1.1\r\nHost: a.example\r\nCF-Connecting-IP: ${ip}\r\n\r\n`);
    await wait(200);
    for (const socket of sockets) socket.resetAndDestroy();
    await wait(slowMs);
    await gateway.slowDown(0);
    await until(
      "all places",
      async () =>
        (await send(gateway, "/probe", { ip })).field("X-RateLimit-Remaining") === String(LIMIT - 1),
    );
  });

  it("is given back also when another policy counts the request, which stays counted", async () => {
    for (let time = 1; time <= 2 * LIMIT; time += 1) {
      await untilFree();
      const reply = await send(gateway, "/rated/x", { ip });
      expect(reply.status).toBe(200);
      expect(reply.field("RateLimit")).toContain(`"rate";r=${100 - time};`);
    }
  });
});

describe("a permit costs its counter", () => {
  it("two calls for a short answer", async () => {
    const before = await gateway.readCalls();
    await send(gateway, "/brief", { ip });
    await until("the end to be told", async () => (await gateway.readCalls()) === before + 2);
  });

  it("and one more for each third of its life in which the answer is not over", async () => {
    const { finish } = serveSlowly("/brief");
    const before = await gateway.readCalls();
    const startMs = Date.now();
    const flight = await open(gateway, "/brief", { ip });
    await until("two renewals", async () => (await gateway.readCalls()) >= before + 1 + 2);
    await wait(500);
    const renewed = (await gateway.readCalls()) - before - 1;
    expect(renewed).toBeLessThanOrEqual(Math.floor((Date.now() - startMs) / 1_000));
    finish();
    await readAll([flight]);
    await until("the end to be told", async () => (await gateway.readCalls()) >= before + 1 + renewed + 1);
    const ended = await gateway.readCalls();
    await wait(1_500);
    expect(await gateway.readCalls()).toBe(ended);
  });
});

describe("a response whose end is watched", () => {
  it.each(["gzip", undefined])("keeps its length, its encoding and its bytes: %s", async (encoding) => {
    const text = Buffer.from("a body of a known length".repeat(1_000));
    const body = encoding === undefined ? text : gzipSync(text, { level: 1 });
    const coded: Fields = encoding === undefined ? [] : [["Content-Encoding", encoding]];
    origin.serve(path, { fields: [["Content-Type", "text/plain"], ...coded], body });
    const reply = await send(gateway, path, { ip });
    const kept = ["Content-Length", "Content-Encoding", "Transfer-Encoding"].map((name) => reply.field(name));
    expect(kept).toEqual([String(body.length), encoding, undefined]);
    expect(reply.body.equals(body)).toBe(true);
  });

  it("to HEAD keeps its length too", async () => {
    origin.serve(path, { fields: [["Content-Length", "1234"]] });
    const reply = await send(gateway, path, { ip, method: "HEAD" });
    expect([reply.status, reply.field("Content-Length"), reply.body.length]).toEqual([200, "1234", 0]);
  });

  it("comes in pieces, as the origin sends it", async () => {
    const { finish } = serveSlowly(path);
    const [flight] = await openFlights(1);
    const first = await new Promise<string>((resolve) =>
      flight?.stream.once("data", (piece: Buffer) => {
        resolve(piece.toString());
      }),
    );
    expect(first).toBe("first piece");
    finish();
    await readAll(flight === undefined ? [] : [flight]);
  });
});

describe("a limit of requests in flight", () => {
  it("says how many, without a window", async () => {
    const reply = await send(gateway, "/probe", { ip });
    expect(reply.field("RateLimit-Policy")).toBe(`"flights";q=${LIMIT}`);
    expect([reply.field("X-RateLimit-Limit"), reply.field("X-RateLimit-Remaining")]).toEqual([
      String(LIMIT),
      String(LIMIT - 1),
    ]);
  });
});
