// However many clients come and go, the origin has no more in flight than the limit says: what one client held ends there
// before another gets its place. Clients go by a reset, which the platform sees at once; see also docs/configuration/policies.md.

import { connect, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { send } from "../support/client.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import { until } from "../support/until.ts";

const LIMIT = 2;
const CLIENTS = 15;
const PERMIT = { algorithm: "concurrency", limit: LIMIT, expires: "1h", key: "path" };
const inbound = { policies: ["flights"] };
const outbound = { origin: "counted" };

type Route = Readonly<Record<string, unknown>>;

/** How a route comes to hold permits, and what else it does with a body. */
const streamed: Readonly<Record<string, Route>> = {
  "a route's": inbound,
  "a pool's": outbound,
  "a route's and a pool's": { ...inbound, ...outbound },
  "a route's with bodyTimeout": { ...inbound, bodyTimeout: "1h" },
  "a pool's with totalTimeout": { ...outbound, totalTimeout: "1h" },
  "a route's with cache": { ...inbound, cache: { ttl: "1h" } },
  "a pool's with cache and bodyTimeout": { ...outbound, cache: { ttl: "1h" }, bodyTimeout: "1h" },
};
/** Of these the client has nothing before the whole is there. */
const read: Readonly<Record<string, Route>> = {
  "a route's with fields": { ...inbound, fields: true },
  "an aggregate's": { ...inbound, aggregate: { part: "/parts/an-aggregate-s-silent" } },
};
const toPath = (name: string): string => `/${name.replaceAll(/[^a-z]+/gi, "-")}`;
const toSilent = (name: string): string => `${toPath(name)}-silent`;

const { origins, gateway } = await startPoolStand(2, ([one, other]) => ({
  batch: {},
  origin: one,
  origins: {
    counted: { members: [one], policies: ["calls"], whenLimited: ["reject"], retries: { max: 0 } },
    both: {
      members: [one, { url: other, role: "fallback" }],
      policies: ["calls"],
      whenLimited: ["reject"],
      breaker: { failures: 1_000_000, answers: 1_000_000 },
      retries: { budgetPercent: 100, backoff: "1ms" },
    },
  },
  policies: { flights: PERMIT, calls: PERMIT },
  routes: [
    { path: "/late/route", ...inbound, timeout: "200ms" },
    { path: "/late/pool", origin: "both", timeout: "200ms" },
    { path: "/parts/*", cache: { ttl: "1h" } },
    ...Object.entries(streamed).map(([name, route]) => Object.assign({ path: toPath(name) }, route)),
    ...Object.entries({ ...streamed, ...read }).map(([name, route]) =>
      Object.assign({ path: toSilent(name) }, route),
    ),
  ],
}));
const [origin, other] = origins;
if (origin === undefined || other === undefined) throw new Error("no origins");

const GET = "Host: gateway.example\r\n\r\n";
const IDLE =
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n5\r\n{"a":\r\n';

function openSocket(request: string): Socket {
  const socket = connect({ host: "127.0.0.1", port: gateway.port });
  socket.on("error", () => socket.destroy());
  socket.write(request);
  return socket;
}

/** Asks until it is admitted, reads the head of an answer that then says no more, and resets. */
async function readHeadAndReset(path: string): Promise<void> {
  await until(`${path} to admit`, async () => {
    const socket = openSocket(`GET ${path} HTTP/1.1\r\n${GET}`);
    const status = await new Promise<string>((resolve) => {
      socket.once("data", (piece) => {
        resolve(piece.toString("latin1").slice(9, 12));
      });
      socket.once("close", () => {
        resolve("closed");
      });
    });
    socket.resetAndDestroy();
    return status === "200";
  });
}

async function askAndReset(request: string, afterMs: number): Promise<void> {
  const socket = openSocket(request);
  await wait(afterMs);
  socket.resetAndDestroy();
}

const expectNoneAfter = (path: string): Promise<unknown> =>
  until(`${path} to be left alone`, () => origin.flights(path).now === 0);

describe("in flight there are never more than the limit", () => {
  it.each(Object.keys(streamed))(
    "of streams whose clients reset after the head, by %s permits",
    async (name) => {
      const path = toPath(name);
      origin.serve(path, { raw: IDLE, ending: "stall" });
      await Promise.all(Array.from({ length: CLIENTS }, () => readHeadAndReset(path)));
      expect(origin.flights(path).most).toBeLessThanOrEqual(LIMIT);
      await expectNoneAfter(path);
      expect(origin.requests(path)).toHaveLength(CLIENTS);
    },
  );

  it.each(Object.keys({ ...streamed, ...read }))(
    "of requests whose clients reset before there is an answer, by %s permits",
    async (name) => {
      const target = toSilent(name);
      const path = name === "an aggregate's" ? `/parts${target}` : target;
      origin.serve(path, { raw: name in read ? IDLE : "", ending: "stall" });
      const direct = `GET ${target}?fields=a HTTP/1.1\r\n${GET}`;
      const members = JSON.stringify([{ path: target }]);
      const length = `Content-Type: application/json\r\nContent-Length: ${members.length}\r\n`;
      const batch = `POST /__headgate/v1/batch HTTP/1.1\r\n${length}${GET}${members}`;
      const comeAndGo = async (afterMs: number): Promise<void> => {
        for (let time = 0; time < CLIENTS; time += 1)
          await askAndReset(time % 3 === 2 ? batch : direct, afterMs);
      };
      // On a busy machine they have to wait for longer until any of them is sent on.
      for (let afterMs = 50; afterMs <= 800 && origin.requests(path).length <= LIMIT; afterMs *= 2)
        await Promise.all(Array.from({ length: 4 }, () => comeAndGo(afterMs)));
      await expectNoneAfter(path);
      expect(origin.flights(path).most).toBeLessThanOrEqual(LIMIT);
      // Whoever stays is let through.
      await until("the next one to be admitted", async () => {
        const socket = openSocket(direct);
        await wait(200);
        const isAsked = origin.flights(path).now === 1;
        socket.resetAndDestroy();
        return isAsked;
      });
    },
  );

  it.each(["/late/route", "/late/pool"])("of requests that are given up as too late: %s", async (path) => {
    for (const one of origins) one.serve(path, { raw: "", ending: "stall" });
    const statuses = new Set<number>();
    for (let time = 0; time < 4; time += 1) {
      const replies = await Promise.all(Array.from({ length: 4 }, () => send(gateway, path)));
      for (const { status } of replies) statuses.add(status);
    }
    expect(statuses).toEqual(new Set(path === "/late/route" ? [429, 504] : [503, 504]));
    expect(origin.flights(path).most).toBe(LIMIT);
    expect(other.flights(path).most).toBeLessThanOrEqual(LIMIT);
    await expectNoneAfter(path);
  });
});
