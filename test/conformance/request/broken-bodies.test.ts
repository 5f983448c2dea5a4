// A body that its client breaks off, or does not write as HTTP wants it, is the client's fault: a 400, and no failure of the
// origin, which must not take what came of it for the whole.

import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN } from "../support/admin.ts";
import { BATCH_PATH } from "../support/batch.ts";
import { sendBytes } from "../support/client.ts";
import { readEvents } from "../support/pool-stand.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

/** Sees bytes, not requests: whether one ended, and how its connection did. Answers what ended. */
interface Seen {
  readonly socket: Socket;
  text: string;
  isClosed: boolean;
}
const seen: Seen[] = [];
const isWhole = (text: string): boolean => text.endsWith("\r\n0\r\n\r\n");
/** Answered at once. */
const EARLY = "x".repeat(300_000);
const server = createServer((socket) => {
  const one: Seen = { socket, text: "", isClosed: false };
  seen.push(one);
  socket.on("data", (data: Buffer) => {
    const isFirst = one.text === "";
    one.text += data.toString("latin1");
    if (isFirst && one.text.startsWith("POST /early"))
      socket.write(`HTTP/1.1 413 Too Large\r\nContent-Length: ${EARLY.length}\r\n\r\n${EARLY}`);
    else if (isWhole(one.text) || one.text.includes("kept"))
      socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    one.isClosed = true;
  });
});
await new Promise<void>((resolve) => {
  server.listen(0, "127.0.0.1", resolve);
});
afterAll(() => {
  server.close();
  for (const { socket } of seen) socket.destroy();
});
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const { gateway } = await startStand(
  {
    origin: url,
    batch: {},
    policies: { many: { algorithm: "token-bucket", limit: 1_000, window: "1m", key: "ip" } },
    origins: {
      pool: { members: [url], breaker: { failures: 1 } },
      counted: { members: [url], policies: ["many"] },
    },
    routes: [
      { path: "/pool/*", origin: "pool" },
      { path: "/counted/*", origin: "counted" },
      { path: "/cached/*", cache: { ttl: "1h" } },
      { path: "/limited/*", policies: ["many"], bodyTimeout: "10s" },
      { path: "/shaped/*", request: { renameHeaders: { "x-a": "x-b" } } },
      { path: "/*" },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);

const ROUTES = ["/plain", "/pool/x", "/counted/x", "/cached/x", "/limited/x", "/shaped/x"];
const OWN = [BATCH_PATH, "/__headgate/v1/cache/purge"];
const BROKEN = {
  "a chunk without a size": "zz\r\nabc\r\n0\r\n\r\n",
  "a size that is negative": "-1\r\nabc\r\n0\r\n\r\n",
  "a chunk that is longer than its size": "3\r\nabcdef\r\n0\r\n\r\n",
  "a later chunk without a size": "3\r\nabc\r\nzz\r\nabc\r\n0\r\n\r\n",
  "a chunk after many without an end": `${"10\r\n0123456789abcdef\r\n".repeat(3_000)}3\r\nabcXX0\r\n\r\n`,
};

function post(
  path: string,
  body: string,
  framing = "Transfer-Encoding: chunked",
): Promise<{ status: number; text: string }> {
  const fields = `Host: a.example\r\nContent-Type: application/json\r\nAuthorization: Bearer ${ADMIN_TOKEN}`;
  return sendBytes(
    gateway,
    `POST ${path} HTTP/1.1\r\n${fields}\r\nConnection: close\r\n${framing}\r\n\r\n${body}`,
  );
}

/** Stops in the middle of a stated length and says that no more will come; gives what came back. */
function postShort(path: string): Promise<string> {
  return new Promise((resolve) => {
    let text = "";
    const fields = `Host: a.example\r\nContent-Type: application/json\r\nAuthorization: Bearer ${ADMIN_TOKEN}`;
    const socket = connect(gateway.port, "127.0.0.1", () => {
      socket.write(`POST ${path} HTTP/1.1\r\n${fields}\r\nContent-Length: 10\r\n\r\nabc`);
      setTimeout(() => socket.end(), 100);
    });
    socket.on("data", (data: Buffer) => (text += data.toString("latin1")));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      resolve(text);
    });
    socket.setTimeout(5_000, () => socket.destroy());
  });
}

describe.each(ROUTES)("at %s", (path) => {
  it.each(Object.entries(BROKEN))("%s is a 400, and reaches no origin as a whole", async (_, body) => {
    const before = seen.length;
    const { status, text } = await post(path, body);
    expect([status, text.includes('"code":"body-incomplete"')]).toEqual([400, true]);
    await until("the origin's connections to end", () =>
      seen.slice(before).every(({ isClosed }) => isClosed),
    );
    expect(seen.slice(before).map((one) => isWhole(one.text))).not.toContain(true);
  });

  it("what is whole passes, in chunks and in one piece", async () => {
    expect((await post(path, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")).status).toBe(200);
    expect((await post(path, "kept", "Content-Length: 4")).status).toBe(200);
  });
});

describe.each(OWN)("at %s", (path) => {
  it.each(Object.entries(BROKEN))("%s is a 400", async (_, body) => {
    const { status, text } = await post(path, body);
    expect([status, text.includes('"code":"body-incomplete"')]).toEqual([400, true]);
  });

  it("a body that is shorter than it was to be is a 400", async () => {
    expect(await postShort(path)).toMatch(/^HTTP\/1\.1 400 .*"code":"body-incomplete"/s);
  });
});

it("a body that was to be kept and is shorter than it was to be is a 400", async () => {
  expect(await postShort("/pool/x")).toMatch(/^HTTP\/1\.1 400 .*"code":"body-incomplete"/s);
});

it("an origin that answers before the body has come is heard to its end", async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const socket = connect(gateway.port, "127.0.0.1");
  let text = "";
  socket.on("data", (data: Buffer) => {
    text += data.toString("latin1");
    if (text.endsWith(EARLY)) resolve(text);
  });
  socket.on("error", () => undefined);
  socket.on("close", () => {
    resolve(text);
  });
  socket.write("POST /early HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n");
  // What a server has not read when it closes costs the client what it was still to read: little more is sent.
  for (let time = 0; time < 9 && text.length === 0; time += 1) {
    socket.write(`2000\r\n${"x".repeat(8_192)}\r\n`);
    // A busy machine takes longer to answer, and would have more to read meanwhile.
    for (let pauses = 0; pauses < 2 ** time && text.length === 0; pauses += 1) await wait(20);
  }
  const answer = await promise;
  socket.destroy();
  expect([answer.slice(0, 12), answer.endsWith(EARLY)]).toEqual(["HTTP/1.1 413", true]);
});

it("is no failure of the origin: no line says so, and no breaker opens", async () => {
  expect(readEvents(gateway, "failed")).toEqual([]);
  expect(readEvents(gateway, "origin")).toEqual([]);
  expect(readEvents(gateway, "crashed")).toEqual([]);
});
