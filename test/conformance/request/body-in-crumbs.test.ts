// A body in chunks of a byte takes the memory that its bytes take, and hardly more time, wherever it is read or passes.

import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { BATCH_PATH } from "../support/batch.ts";
import { open, type Reply, send } from "../support/client.ts";
import { measure } from "../support/measure.ts";
import { openSocket, type RawAnswer, toPost } from "../support/raw-socket.ts";
import { startPoolStand } from "../support/pool-stand.ts";
import type { Origin } from "../support/origin.ts";

const MIB = 1_048_576;
const GROWN_BYTES_MAX = 64 * MIB;
/** Hardly more than to tell the chunks from each other; a turn for each is five times as much. */
const CPU_MS_MAX = 5_000;
const CHUNKED = ["Content-Type: application/json", "Transfer-Encoding: chunked"];
const TOKEN = "an-admin-token-of-tests";

const { origins, gateway } = await startPoolStand(
  1,
  (members) => ({
    origin: members[0],
    batch: {},
    policies: { flights: { algorithm: "concurrency", limit: 5, expires: "1h", key: "ip" } },
    origins: { heard: { members, feedback: { profile: "facebook-graph" } } },
    routes: [
      { path: "/flights", policies: ["flights"] },
      { path: "/fields", fields: true },
      { path: "/cached", cache: { ttl: "1h" } },
      { path: "/heard", origin: "heard" },
      { path: "/together", aggregate: { whole: "/crumbs" } },
      { path: "/*" },
    ],
  }),
  { vars: { ADMIN_TOKEN: TOKEN }, isMeasured: true },
);
const [origin] = origins as readonly [Origin];

function* toCrumbs(text: string): Generator<string> {
  for (let at = 0; at < text.length; at += 10_000)
    yield text.slice(at, at + 10_000).replaceAll(/./gs, (byte) => `1\r\n${byte}\r\n`);
  yield "0\r\n\r\n";
}

async function sendInCrumbs(path: string, text: string, fields = CHUNKED): Promise<RawAnswer> {
  const socket = openSocket(gateway, toPost(path, fields));
  for (const crumbs of toCrumbs(text)) await socket.write(crumbs);
  const answer = await socket.answer;
  socket.close();
  return answer;
}

describe("a request's body in chunks of a byte", () => {
  it("of 900 kB is a batch like any other", async () => {
    origin.serve("/echo", (request) => ({ body: String(request.bodyBytes()) }));
    const member = { path: "/echo", method: "POST", body: "x".repeat(900_000), encoding: "text" };
    let answer: RawAnswer | undefined;
    const { grownBytes, cpuMs } = await measure(gateway, async () => {
      answer = await sendInCrumbs(BATCH_PATH, JSON.stringify([member]));
    });
    expect([answer?.status, answer?.text]).toEqual([200, expect.stringContaining('"body":"900000"')]);
    expect(grownBytes).toBeLessThan(GROWN_BYTES_MAX);
    expect(cpuMs).toBeLessThan(CPU_MS_MAX * 2);
  });

  it.each(["/plain", "/flights"])("of 300 kB passes to the origin: %s", async (path) => {
    let answer: RawAnswer | undefined;
    const { grownBytes, cpuMs } = await measure(gateway, async () => {
      answer = await sendInCrumbs(path, "x".repeat(300_000));
    });
    expect([answer?.status, origin.requests(path)[0]?.bodyBytes()]).toEqual([200, 300_000]);
    expect(grownBytes).toBeLessThan(GROWN_BYTES_MAX);
    expect(cpuMs).toBeLessThan(CPU_MS_MAX);
  });

  it("of 60 kB is an admin request like any other", async () => {
    const body = JSON.stringify({ consumer: "x".repeat(60_000) });
    let answer: RawAnswer | undefined;
    const { grownBytes } = await measure(gateway, async () => {
      const fields = [...CHUNKED, `Authorization: Bearer ${TOKEN}`];
      answer = await sendInCrumbs("/__headgate/v1/keys", body, fields);
    });
    expect(answer?.status).toBe(400);
    expect(grownBytes).toBeLessThan(GROWN_BYTES_MAX);
  });
});

describe("an answer's body in chunks of a byte", () => {
  const BYTES = 300_000;
  const json = JSON.stringify({ kept: 1, much: "x".repeat(BYTES) });

  async function ask(
    path: string,
    text: string,
    status = 200,
  ): Promise<{ reply: Reply; grownBytes: number }> {
    const head = `HTTP/1.1 ${status} OK\r\n${CHUNKED.join("\r\n")}\r\nCache-Control: max-age=60\r\n\r\n`;
    origin.serve(path === "/together" ? "/crumbs" : path, {
      raw: head + [...toCrumbs(text)].join(""),
      ending: "close",
    });
    let reply: Reply | undefined;
    const { grownBytes } = await measure(gateway, async () => {
      reply = await send(gateway, `${path}?fields=kept`);
    });
    if (reply === undefined) throw new Error("no reply");
    return { reply, grownBytes };
  }

  it("is trimmed", async () => {
    const { reply, grownBytes } = await ask("/fields", json);
    expect(reply.text()).toBe('{"kept":1}');
    expect(grownBytes).toBeLessThan(GROWN_BYTES_MAX);
  });

  it("is a part of an aggregate", async () => {
    const { reply, grownBytes } = await ask("/together", json);
    expect(reply.text()).toBe(`{"whole":${json}}`);
    expect(grownBytes).toBeLessThan(GROWN_BYTES_MAX);
  });

  it("is stored", async () => {
    const { reply, grownBytes } = await ask("/cached", json);
    expect([reply.status, reply.text()]).toEqual([200, json]);
    await wait(100);
    expect((await send(gateway, "/cached?fields=kept")).field("Cache-Status")).toContain("hit");
    expect(grownBytes).toBeLessThan(GROWN_BYTES_MAX);
  });

  it("is searched for what the origin says of its limits", async () => {
    const error = JSON.stringify({ error: { code: 100, message: "x".repeat(60_000) } });
    const { reply, grownBytes } = await ask("/heard", error, 400);
    expect([reply.status, reply.text()]).toEqual([400, error]);
    expect(grownBytes).toBeLessThan(GROWN_BYTES_MAX);
  });
});

describe("an answer that is searched and stalls", () => {
  it("goes on after a second, whole", async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const pieces = async function* () {
      yield '{"error":';
      await promise;
      yield `"${"x".repeat(2_000)}"}`;
    };
    origin.serve("/heard", () => ({ status: 400, body: pieces() }));
    const { status, stream, sentAtMs, answeredAtMs } = await open(gateway, "/heard");
    expect(status).toBe(400);
    expect(answeredAtMs - sentAtMs).toBeGreaterThanOrEqual(950);
    resolve(undefined);
    expect((await buffer(stream)).toString()).toBe(`{"error":"${"x".repeat(2_000)}"}`);
  });

  it("breaks off where the origin breaks it off", async () => {
    origin.serve("/heard", {
      raw: 'HTTP/1.1 400 Bad Request\r\nContent-Length: 99\r\n\r\n{"error":',
      ending: "reset",
    });
    await expect(send(gateway, "/heard")).rejects.toThrow();
  });
});

it("never crashed anything", () => {
  expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
});
