// How long a permit lasts: as long as what it was taken for, however long that is, and no longer; only what was lost frees
// itself. And what a client is told that gets none: a place may be free at any moment.

import { once } from "node:events";
import { rm } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { newAddress, open, openWebSocket, type Reply, send } from "../support/client.ts";
import { newFolder, startGateway, toConfigSource } from "../support/gateway.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import { until } from "../support/until.ts";

const EXPIRES_MS = 3_000;
/** More than two lives of a permit that nobody renews. */
const LONG_MS = 2.4 * EXPIRES_MS;
/** Much less than one. */
const SOON_MS = EXPIRES_MS / 2;
const PERMIT = { algorithm: "concurrency", limit: 1, expires: `${EXPIRES_MS}ms`, key: "ip" };

const { origins, gateway } = await startPoolStand(1, (members) => ({
  origin: "plain",
  origins: {
    plain: { members, retries: { max: 0 } },
    counted: { members, policies: ["calls"], whenLimited: ["reject"] },
  },
  policies: {
    brief: PERMIT,
    calls: PERMIT,
    long: { ...PERMIT, expires: "1h" },
    shadow: { ...PERMIT, expires: "1h", mode: "shadow" },
    rate: { algorithm: "fixed-window", align: "first-request", limit: 2, window: "1h", key: "ip" },
    banning: { ...PERMIT, ban: { after: 2, for: ["7s"] } },
  },
  headers: { shadow: true },
  routes: [
    { path: "/route/*", policies: ["brief"], timeout: "60s" },
    { path: "/pool/*", origin: "counted", timeout: "60s" },
    { path: "/refreshed/*", origin: "counted", cache: {} },
    { path: "/long/*", policies: ["long"] },
    { path: "/shadow/*", policies: ["shadow"] },
    { path: "/rated/*", policies: ["rate", "long"] },
    { path: "/banning/*", policies: ["banning"] },
  ],
}));
const [origin] = origins;
if (origin === undefined) throw new Error("no origin");

let paths = 0;

/** Who asks for a path of this route alone. */
class Client {
  readonly ip = newAddress();
  readonly path: string;

  constructor(route: string) {
    this.path = `/${route}/${(paths += 1)}`;
  }

  async isAdmitted(): Promise<boolean> {
    return (await send(gateway, `${this.path}-probe`, { ip: this.ip })).status === 200;
  }

  /** Asks all the time, and gets nothing. */
  async expectDenied(forMs: number): Promise<void> {
    for (const endMs = Date.now() + forMs; Date.now() < endMs; await wait(100))
      expect(await this.isAdmitted()).toBe(false);
  }

  async expectAdmittedSoon(): Promise<void> {
    const startMs = Date.now();
    await until("a place", () => this.isAdmitted());
    expect(Date.now() - startMs).toBeLessThan(SOON_MS);
  }
}

/** An answer whose head, or whose second piece, comes when the test says so. */
function serveSlowly(path: string, waits: "head" | "body"): () => void {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  async function* pieces(): AsyncGenerator<string> {
    yield "first";
    if (waits === "body") await promise;
    yield "second";
  }
  origin?.serve(path, async () => {
    if (waits === "head") await promise;
    return { body: pieces() };
  });
  return () => {
    resolve(undefined);
  };
}

describe.each(["route", "pool"])("a permit of a %s", (route) => {
  it.concurrent.each(["head", "body"] as const)(
    "lasts until the end of an answer whose %s takes long",
    async (waits) => {
      const client = new Client(route);
      const finish = serveSlowly(client.path, waits);
      const flight = send(gateway, client.path, { ip: client.ip });
      await until("the origin to be asked", () => origin.requests(client.path).length === 1);
      await client.expectDenied(LONG_MS);
      finish();
      expect((await flight).text()).toBe("firstsecond");
      await client.expectAdmittedSoon();
    },
  );

  it.concurrent.each(["its client closes", "its client is cut", "its origin closes"])(
    "lasts as long as a WebSocket that stays open, until %s",
    async (end) => {
      const client = new Client(route);
      const socket = await openWebSocket(gateway, client.path, { ip: client.ip });
      await client.expectDenied(LONG_MS);
      socket.send("still here");
      expect(String((await once(socket, "message"))[0])).toBe("still here");
      if (end === "its client closes") socket.close();
      else if (end === "its client is cut") socket.terminate();
      else socket.send("bye");
      await client.expectAdmittedSoon();
      await until("the origin to be left", () => origin.flights(client.path).now === 0);
    },
  );
});

describe("a permit of a refresh in the background", () => {
  it("lasts as long as the refresh, whose client has gone, and goes back with it", async () => {
    const client = new Client("refreshed");
    const fields = [["Cache-Control", "max-age=1, stale-while-revalidate=600"]] as const;
    origin.serve(client.path, { fields, body: "old" });
    const ask = (): Promise<string> =>
      send(gateway, client.path, { ip: client.ip }).then((reply) => reply.text());
    expect(await ask()).toBe("old");
    await wait(1_100);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    async function* pieces(): AsyncGenerator<string> {
      yield "new";
      await promise;
      yield "er";
    }
    origin.serve(client.path, () => ({ fields, body: pieces() }));
    expect(await ask()).toBe("old");
    await until("the refresh", () => origin.flights(client.path).now === 1);
    await client.expectDenied(500);
    expect(origin.flights(client.path).now).toBe(1);
    resolve(undefined);
    await client.expectAdmittedSoon();
    expect(await ask()).toBe("newer");
  });
});

describe("a WebSocket whose end is watched", () => {
  const { ip, path } = new Client("route");

  it("carries text and bytes both ways, and its protocol, its code and its reason", async () => {
    const socket = await openWebSocket(gateway, path, { ip, protocols: ["chat", "other"] });
    expect(socket.protocol).toBe("chat");
    for (const sent of ["", "caf\u00e9 \u{1f30a}", "x".repeat(100_000), Buffer.from([0, 1, 255])]) {
      socket.send(sent);
      const [data, isBinary] = (await once(socket, "message")) as [Buffer, boolean];
      expect([isBinary, data.equals(Buffer.from(sent))]).toEqual([typeof sent !== "string", true]);
    }
    socket.send("bye");
    const [code, reason] = (await once(socket, "close")) as [number, Buffer];
    expect([code, reason.toString()]).toEqual([4_005, "bye"]);
  });

  it("takes the client's code to the origin, and says when one side is gone without a word", async () => {
    const codes: number[] = [];
    origin.onWebSocketClose((code) => codes.push(code));
    const openNext = (): ReturnType<typeof openWebSocket> =>
      until("a place", async () => openWebSocket(gateway, path, { ip }).catch(() => undefined));
    (await openNext()).close(4_001, "enough");
    await until("the client's code", () => codes.includes(4_001));
    (await openNext()).terminate();
    await until("the code for a client that is gone", () => codes.includes(1_001));
    const last = await openNext();
    last.send("die");
    expect((await once(last, "close"))[0]).toBe(1_011);
  });
});

describe("a permit that was lost with its gateway", () => {
  it("frees itself when it expires", async () => {
    const persistTo = await newFolder();
    afterAll(() => rm(persistTo, { recursive: true, force: true }));
    const config = toConfigSource({
      origin: origin.url,
      policies: { brief: PERMIT },
      routes: [{ path: "/*", policies: ["brief"] }],
    });
    serveSlowly("/lost", "body");
    const ip = newAddress();
    const before = await startGateway({ config, persistTo });
    const { status, stream, sentAtMs } = await open(before, "/lost", { ip });
    stream.on("error", () => stream.destroy());
    expect(status).toBe(200);
    await before.close();
    const after = await startGateway({ config, persistTo });
    afterAll(after.close);
    const ask = async (): Promise<number> => (await send(after, "/probe", { ip })).status;
    const first = await ask();
    if (Date.now() < sentAtMs + EXPIRES_MS) expect(first).toBe(429);
    await until("the permit to expire", async () => (await ask()) === 200);
    expect(Date.now()).toBeGreaterThanOrEqual(sentAtMs + EXPIRES_MS);
  });
});

/** How long a client is told to wait, in seconds, and when the quota is back. */
function toWaits(reply: Pick<Reply, "field" | "answeredAtMs">): readonly unknown[] {
  const resetSeconds = Number(reply.field("X-RateLimit-Reset")) - reply.answeredAtMs / 1_000;
  return [reply.field("Retry-After"), reply.field("RateLimit"), resetSeconds < 2.5];
}

describe("who gets no permit", () => {
  it("is told to ask again a second later, not when a lost permit would be free", async () => {
    const client = new Client("long");
    const finish = serveSlowly(client.path, "body");
    const flight = await open(gateway, client.path, { ip: client.ip });
    expect(toWaits(flight)).toEqual([undefined, '"long";r=0;t=1', true]);
    expect(toWaits(await send(gateway, client.path, { ip: client.ip }))).toEqual([
      "1",
      '"long";r=0;t=1',
      true,
    ]);
    finish();
    await flight.stream.toArray();
    await client.expectAdmittedSoon();
  });

  it("reads the same of a policy in shadow", async () => {
    const client = new Client("shadow");
    const finish = serveSlowly(client.path, "body");
    const flight = await open(gateway, client.path, { ip: client.ip });
    const other = await send(gateway, `${client.path}-other`, { ip: client.ip });
    expect([other.status, other.field("X-RateLimit-Shadow")]).toEqual([200, '"shadow";r=0;t=1;denied']);
    finish();
    await flight.stream.toArray();
  });

  it("is told the same where it is the pool that has none", async () => {
    const client = new Client("pool");
    const finish = serveSlowly(client.path, "body");
    const flight = await open(gateway, client.path, { ip: client.ip });
    const denied = await send(gateway, `${client.path}-other`, { ip: client.ip });
    expect([denied.status, denied.json()["code"], denied.field("Retry-After")]).toEqual([
      503,
      "origin-limited",
      "1",
    ]);
    finish();
    await flight.stream.toArray();
  });

  it("waits for a rate that denies too, and for the end of a ban", async () => {
    const client = new Client("rated");
    const finish = serveSlowly(client.path, "body");
    const flight = await open(gateway, client.path, { ip: client.ip });
    const ask = (at: string): Promise<Reply> => send(gateway, at, { ip: client.ip });
    expect((await ask(client.path)).field("Retry-After")).toBe("1");
    finish();
    await flight.stream.toArray();
    await until("the rest of the rate", async () => (await ask("/rated/rest")).status === 200);
    expect(Number((await ask("/rated/rest")).field("Retry-After"))).toBeGreaterThan(60);

    const banned = new Client("banning");
    const finishBanned = serveSlowly(banned.path, "body");
    const held = await open(gateway, banned.path, { ip: banned.ip });
    const denials: (string | undefined)[] = [];
    for (let time = 0; time < 3; time += 1)
      denials.push((await send(gateway, banned.path, { ip: banned.ip })).field("Retry-After"));
    expect(denials).toEqual(["1", "1", "7"]);
    finishBanned();
    await held.stream.toArray();
  });
});
