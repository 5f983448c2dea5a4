// Every pair of features that have to do with a body, where the body does not come to its end: it stalls and is cut, or its
// client resets. Either way the origin is left, and the permit is free.

import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type BodyCase, pairs, TIMEOUT_MS, toConfig } from "../support/body-features.ts";
import { send } from "../support/client.ts";
import type { HttpAnswer, RecordedRequest } from "../support/origin.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import { until } from "../support/until.ts";

const has = ({ features }: BodyCase, ...some: readonly string[]): boolean =>
  some.some((name) => features.includes(name));
const PERMITS = ["concurrency", "concurrency in shadow", "concurrency of a pool"];
const TIMEOUTS = ["bodyTimeout", "totalTimeout"];

/** What a batch or an aggregate reads is in permits-load.test.ts. */
const cases = pairs.filter((one) => one.by === undefined && one.method !== "HEAD");
const stalling = cases.filter((one) => has(one, ...TIMEOUTS));
// A copy for the store goes on where it takes nobody's place.
const leaving = cases.filter(
  (one) => has(one, ...PERMITS) || (has(one, ...TIMEOUTS) && one.isStored !== true),
);

const { gateway, origins, counts } = await startPoolStand(2, (urls) =>
  toConfig(cases, { urls, key: "header:x-case" }),
);

const FIRST = '{"id":1,';

async function* toIdle(): AsyncGenerator<string> {
  yield FIRST;
  await new Promise(() => undefined);
}

function toAnswer(path: string, { body }: BodyCase, { method }: RecordedRequest): HttpAnswer {
  const sent = counts(path).reduce((sum, count) => sum + count, 0);
  if (method === "POST" && sent % 2 === 1)
    return { status: 503, fields: [["Retry-After", "0"]], body: "again" };
  const type = body === "events" ? "text/event-stream" : "application/json";
  return { status: body === "error" ? 400 : 200, fields: [["Content-Type", type]], body: toIdle() };
}

interface Flight {
  readonly path: string;
  readonly socket: Socket;
  /** Both sides' time, from when it was sent. */
  readonly closed: Promise<number>;
  readonly text: () => string;
}

/** `turn` makes its key and its path its own. */
async function fly(one: BodyCase, turn: string): Promise<Flight> {
  const path = `${one.path}/${turn}`;
  for (const origin of origins) origin.serve(path, (request) => toAnswer(path, one, request));
  const sentMs = Date.now();
  const socket = connect({ host: "127.0.0.1", port: gateway.port });
  socket.on("error", () => socket.destroy());
  let text = "";
  socket.on("data", (data) => {
    text += data.toString("latin1");
  });
  const closed = new Promise<number>((resolve) => {
    socket.once("close", () => {
      resolve(Date.now() - sentMs);
    });
  });
  const method = one.method ?? "GET";
  const content = method === "POST" ? "Content-Length: 6\r\n\r\nposted" : "\r\n";
  const head = `Host: a.example\r\nConnection: close\r\nX-Case: ${path}\r\n`;
  socket.write(`${method} ${path}${one.query ?? ""} HTTP/1.1\r\n${head}${content}`);
  await until("the origin to answer", () => countFlights(path) === 1);
  return { path, socket, closed, text: () => text };
}

const countFlights = (path: string): number =>
  origins.reduce((sum, origin) => sum + origin.flights(path).now, 0);

/** The origin is left, and somebody else gets the place. */
async function expectLeft(one: BodyCase, path: string): Promise<void> {
  await until("the origin to be left", () => countFlights(path) === 0);
  await until("the permit", async () => {
    const reply = await send(gateway, `${one.path}/probe`, { fields: [["X-Case", path]] });
    return reply.status === 200 && reply.field("X-RateLimit-Shadow")?.includes("denied") !== true;
  });
}

describe("a body that stalls is cut in time, with", () => {
  it.concurrent.each(stalling)("$name", async (one) => {
    const { path, closed, text } = await fly(one, "stalled");
    const tookMs = await closed;
    expect(tookMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 20);
    expect(tookMs).toBeLessThan(3 * TIMEOUT_MS);
    expect(text()).not.toMatch(/\r\n0\r\n\r\n$/);
    await expectLeft(one, path);
  });
});

describe("a body whose client resets is left at once, with", () => {
  it.concurrent.each(leaving)("$name", async (one) => {
    const { path, socket, text } = await fly(one, "reset");
    if (one.trims === undefined && one.body !== "error")
      await until("the first piece", () => text().includes(FIRST));
    else await wait(100);
    const leftMs = Date.now();
    socket.resetAndDestroy();
    await expectLeft(one, path);
    expect(Date.now() - leftMs).toBeLessThan(TIMEOUT_MS / 2);
  });
});
