// A client that does not send its request to the end is waited for so long, in a phase of its own: it is told so, and
// keeps nobody else waiting.

import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { BATCH_PATH } from "../support/batch.ts";
import { send } from "../support/client.ts";
import type { Origin } from "../support/origin.ts";
import { readEvents, startPoolStand } from "../support/pool-stand.ts";
import { openSocket, type RawSocket, toPost } from "../support/raw-socket.ts";
import { until } from "../support/until.ts";

const LIMIT = 5;
const TIMEOUT_MS = 1_000;
const TOKEN = "an-admin-token-of-tests";
const flights = { algorithm: "concurrency", limit: LIMIT, expires: "1h", key: "everyone" };

/** What an origin sees that looks at bytes. */
const seen = { text: "", isClosed: false };
const byteServer = createServer((socket) => {
  socket.on("data", (bytes: Buffer) => (seen.text += bytes.toString("latin1")));
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    seen.isClosed = true;
  });
});
await once(byteServer.listen(0, "127.0.0.1"), "listening");
afterAll(() => byteServer.close());
const bytesUrl = `http://127.0.0.1:${(byteServer.address() as AddressInfo).port}`;

const { origins, gateway } = await startPoolStand(
  1,
  (members) => ({
    requestTimeout: `${TIMEOUT_MS}ms`,
    origin: members[0],
    batch: {},
    policies: { flights, calls: flights },
    origins: {
      pool: { members },
      bytes: { members: [bytesUrl] },
      counted: { members, policies: ["calls"], retries: { max: 0 }, whenLimited: ["reject"] },
    },
    routes: [
      { path: "/flights/*", policies: ["flights"], timeout: "10s" },
      { path: "/counted/*", origin: "counted" },
      { path: "/pool/*", origin: "pool" },
      { path: "/bytes/*", origin: "bytes" },
      { path: "/fields/*", fields: true },
      { path: "/patient/*", requestTimeout: "3s", timeout: "500ms" },
      { path: "/total/*", requestTimeout: "5s", totalTimeout: "1s" },
      { path: "/*" },
    ],
  }),
  { vars: { ADMIN_TOKEN: TOKEN } },
);

const [origin] = origins as readonly [Origin];

const LENGTH = ["Content-Length: 10"];
const CHUNKED = ["Transfer-Encoding: chunked"];
const JSON_TYPE = "Content-Type: application/json";

/** A POST of which a half has come. */
function sendHalf(
  path: string,
  framing: readonly string[] = LENGTH,
  fields: readonly string[] = [],
): RawSocket {
  const half = framing === CHUNKED ? "5\r\nhello\r\n" : "hello";
  return openSocket(gateway, toPost(path, [...framing, ...fields], half));
}

const statusOf = async (path: string): Promise<number> => (await send(gateway, path)).status;

describe.concurrent("half a body", () => {
  const admin = [JSON_TYPE, `Authorization: Bearer ${TOKEN}`];
  const cases: readonly (readonly [what: string, path: string, fields: readonly string[]])[] = [
    ["a route", "/plain/a", []],
    ["a route with permits", "/flights/a", []],
    ["a route whose pool has permits", "/counted/a", []],
    ["a pool that sends again", "/pool/a", []],
    ["a route that changes messages", "/fields/a", []],
    ["a batch", BATCH_PATH, [JSON_TYPE]],
    ["the admin API", "/__headgate/v1/keys", admin],
  ];
  const all = cases.flatMap((one) => [
    ["of stated length", ...one, LENGTH] as const,
    ["in chunks", ...one, CHUNKED] as const,
  ]);

  it.each(all)(
    "%s for %s (%s) is a 408 when its time is over",
    async (_how, _what, path, fields, framing) => {
      const socket = sendHalf(path, framing, fields);
      const { status, text, afterMs } = await socket.answer;
      socket.close();
      expect([status, text]).toEqual([408, expect.stringContaining('"code":"request-timeout"')]);
      expect(afterMs).toBeGreaterThanOrEqual(TIMEOUT_MS - 50);
      expect(afterMs).toBeLessThan(TIMEOUT_MS + 2_000);
    },
  );

  it("has the time that its route gives it", async () => {
    const socket = sendHalf("/patient/a");
    const { status, afterMs } = await socket.answer;
    socket.close();
    expect(status).toBe(408);
    expect(afterMs).toBeGreaterThanOrEqual(2_950);
  });

  it("is the client's fault in the log too", async () => {
    const socket = sendHalf("/plain/logged");
    await socket.answer;
    socket.close();
    const isOurs = (event: Readonly<Record<string, unknown>>): boolean => event["code"] === "request-timeout";
    await until("the line", () => readEvents(gateway, "denied").some(isOurs));
    expect(readEvents(gateway, "failed").filter(isOurs)).toEqual([]);
  });
});

describe.concurrent("a body that comes slowly", () => {
  /** Pieces of so many bytes, ten a second. */
  async function drip(path: string, bytes: number, times: number): Promise<RawSocket> {
    const socket = openSocket(gateway, toPost(path, [`Content-Length: ${bytes * times}`]));
    for (let time = 0; time < times; time += 1) {
      await socket.write("x".repeat(bytes));
      await wait(100);
    }
    return socket;
  }

  it.each(["/plain/drip", "/flights/drip", "/pool/drip", "/counted/drip"])(
    "passes while it keeps coming: %s",
    async (path) => {
      const socket = await drip(path, 400, 25);
      const { status, afterMs } = await socket.answer;
      socket.close();
      expect([status, origin.requests(path)[0]?.bodyBytes()]).toEqual([200, 10_000]);
      expect(afterMs).toBeGreaterThan(2 * TIMEOUT_MS);
    },
  );

  it.each(["/plain/trickle", "/flights/trickle", "/pool/trickle", BATCH_PATH])(
    "does not when it only trickles: %s",
    async (path) => {
      const head = toPost(path, ["Content-Length: 1000", JSON_TYPE]);
      const socket = openSocket(gateway, head);
      const trickle = async (): Promise<void> => {
        for (let time = 0; time < 50; time += 1) {
          await socket.write("x");
          await wait(100);
        }
      };
      void trickle();
      const { status, afterMs } = await socket.answer;
      socket.close();
      expect(status).toBe(408);
      expect(afterMs).toBeLessThan(TIMEOUT_MS + 2_000);
    },
  );
});

describe("clients with half a body", () => {
  it.each([
    ["/flights/held", LENGTH],
    ["/flights/held", CHUNKED],
    ["/counted/held", LENGTH],
    ["/counted/held", CHUNKED],
  ])("hold no permit of others: %s, %j", async (path, framing) => {
    const sockets = Array.from({ length: LIMIT }, () => sendHalf(path, framing));
    await wait(300);
    const statuses = await Promise.all(Array.from({ length: LIMIT }, () => statusOf(path)));
    expect(statuses).toEqual(Array.from({ length: LIMIT }, () => 200));
    const answers = await Promise.all(sockets.map(({ answer }) => answer));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: LIMIT }, () => 408));
    for (const { close } of sockets) close();
  });

  it("are asked for no quota before they have sent it", async () => {
    const before = origin.requests("/flights/late").length;
    const socket = sendHalf("/flights/late");
    await wait(300);
    expect(origin.requests("/flights/late")).toHaveLength(before);
    await socket.write("world");
    expect((await socket.answer).status).toBe(200);
    socket.close();
    expect(origin.requests("/flights/late").at(-1)?.body().toString()).toBe("helloworld");
  });

  it.each(["/flights/large", "/counted/large"])(
    "keep the permit of a large one that is under way no longer than their time: %s",
    async (path) => {
      const sockets = Array.from({ length: LIMIT }, () =>
        openSocket(gateway, toPost(path, ["Content-Length: 400000"], "x".repeat(200_000))),
      );
      await until("them to be under way", () => origin.requests(path).length === LIMIT);
      const answers = await Promise.all(sockets.map(({ answer }) => answer));
      expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: LIMIT }, () => 408));
      await until("a permit", async () => (await statusOf(path)) === 200);
      for (const { close } of sockets) close();
    },
  );
});

describe.concurrent("the origin's time", () => {
  it("does not run while its client is waited for", async () => {
    const socket = sendHalf("/patient/pause", CHUNKED);
    await wait(1_000);
    await socket.write("5\r\nworld\r\n0\r\n\r\n");
    expect((await socket.answer).status).toBe(200);
    socket.close();
    expect(origin.requests("/patient/pause")[0]?.body().toString()).toBe("helloworld");
  });

  it("runs when it has the whole", async () => {
    origin.serve("/patient/silent", { raw: "", ending: "stall" });
    const socket = sendHalf("/patient/silent", CHUNKED);
    await wait(1_000);
    await socket.write("5\r\nworld\r\n0\r\n\r\n");
    const { status, afterMs } = await socket.answer;
    socket.close();
    expect(status).toBe(504);
    expect(afterMs).toBeGreaterThanOrEqual(1_450);
    expect(afterMs).toBeLessThan(2_900);
  });

  it("is bounded by the total time also while its client is waited for", async () => {
    const socket = sendHalf("/total/pause", CHUNKED);
    const { status, afterMs } = await socket.answer;
    socket.close();
    expect(status).toBe(504);
    expect(afterMs).toBeLessThan(3_000);
  });
});

describe("an origin", () => {
  it("does not take half a body for the whole, and is left", async () => {
    const socket = sendHalf("/bytes/half", CHUNKED);
    expect((await socket.answer).status).toBe(408);
    socket.close();
    await until("its connection to end", () => seen.isClosed);
    expect(seen.text).toContain("hello");
    expect(seen.text).not.toMatch(/0\r\n\r\n$/);
  });
});

it("never crashed anything", () => {
  expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
});

describe("a body that is no HTTP", () => {
  it.each(["/plain/broken", "/flights/broken", BATCH_PATH])("is the client's fault: %s", async (path) => {
    const socket = openSocket(gateway, toPost(path, [...CHUNKED, JSON_TYPE], "zz\r\nhello\r\n"));
    const { status, text } = await socket.answer;
    socket.close();
    expect([status, text]).toEqual([400, expect.stringContaining('"code":"body-incomplete"')]);
  });
});
