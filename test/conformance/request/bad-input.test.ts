// Requests that are wrong, huge or strange: each gets a clear 4xx or normal service, the counters stay as they were,
// and the log has one line for it at the most.

import { afterEach, describe, expect, it } from "vitest";
import { newAddress, send, sendBytes, sendMany, type RequestOptions } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { toRuns } from "../../property-runs.ts";

const ONE_AN_HOUR = { algorithm: "token-bucket", limit: 1, window: "1h" };
const STRANGERS = 10_000;
/** As many of them as are sent one by one. */
const SENT = toRuns(STRANGERS);

const { origin, gateway } = await startStand({
  policies: {
    "per-key": { ...ONE_AN_HOUR, key: "header:x-api-key" },
    "per-cookie": { ...ONE_AN_HOUR, key: "cookie:sid" },
    "per-query": { ...ONE_AN_HOUR, key: "query:q" },
    "per-client": { ...ONE_AN_HOUR, key: "ip" },
    many: { algorithm: "token-bucket", limit: SENT, window: "30d", key: "ip" },
  },
  routes: [
    { path: "/keyed", policies: ["per-key"] },
    { path: "/cookie", policies: ["per-cookie"] },
    { path: "/query", policies: ["per-query"] },
    { path: "/address", policies: ["per-client"] },
    { path: "/counted", policies: ["many"] },
    { path: "/*", policies: [] },
  ],
});

/** 4xx, normal service, or workerd's own 501 for a method that it does not know; never another 5xx, never silence. */
function expectClear(status: number): void {
  expect(status).toBeGreaterThanOrEqual(200);
  expect(status === 501 ? 499 : status).toBeLessThan(500);
}

let linesBefore = 0;
let requestsInTest = 0;

async function ask(path: string, options?: RequestOptions): Promise<number> {
  requestsInTest += 1;
  return (await send(gateway, path, options)).status;
}

async function askBytes(bytes: string): Promise<{ status: number; text: string }> {
  requestsInTest += 1;
  return sendBytes(gateway, bytes);
}

/** What workerd itself says of a Host that is none and of CONNECT, which never reach the gateway. */
const WORKERD_OWN = /Invalid URL string|connect\(\) function|connect event/;

afterEach(() => {
  const all = gateway.logs().slice(linesBefore);
  const lines = all.filter((line) => !WORKERD_OWN.test(line));
  expect(lines.length).toBeLessThanOrEqual(requestsInTest);
  for (const line of lines) {
    expect(line).not.toMatch(/\n|\bat .+:\d+:\d+/);
    expect(JSON.parse(line)).not.toMatchObject({ event: "crashed" });
  }
  linesBefore += all.length;
  requestsInTest = 0;
});

describe("a malformed URL", () => {
  it.each([
    "/%",
    "/%4",
    "/%zz",
    "/%u0041",
    "/a%00b",
    "/%c0%ae%c0%ae/x",
    "/\u00e9",
    "/caf\u00c3\u00a9",
    "/a|b",
    "/<script>",
    '/"',
    "/a^b`c{d}",
    "/?%",
    "/?%zz=%4",
  ])("%s gets a clear answer", async (path) => {
    expectClear(await ask(path));
  });

  it("in a request line that is none gets a clear answer", async () => {
    const rest = "Host: a.example\r\nConnection: close\r\n\r\n";
    for (const line of [
      "GET /a b HTTP/1.1",
      "GET",
      "GET /",
      "/ HTTP/1.1",
      "GET / HTTP/9.9",
      "",
      "\u0000\u0001",
      "GET /a\u0001b HTTP/1.1",
    ]) {
      const { status } = await askBytes(`${line}\r\n${rest}`);
      // A server may also close the connection on what is not HTTP.
      if (status !== 0) expectClear(status);
    }
    expect(await ask("/after")).toBe(200);
  });

  it("longer than any limit is refused as too long", async () => {
    expect([414, 431]).toContain(await ask(`/${"a".repeat(20_000)}`));
    expectClear(await ask(`/?${"a".repeat(20_000)}`));
  });

  it("with 5,000 folders, dots or escapes is answered at once", async () => {
    for (const piece of ["/a", "/.", "/..", "/", "%41", "/;", "/*"]) {
      const startedMs = Date.now();
      expectClear(await ask(`/x${piece.repeat(2_500)}`));
      expect(Date.now() - startedMs).toBeLessThan(1_000);
    }
  });
});

describe("a strange Host", () => {
  it.each([
    "",
    "a_b",
    "a.example:8080",
    "[2001:db8::1]",
    "a.example.",
    "x".repeat(300),
    "xn--caf-dma.example",
  ])("%j gets a clear answer", async (host) => {
    expectClear((await askBytes(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)).status);
  });

  // workerd answers these itself, before the gateway, with a 500 that says nothing.
  it.each(["a b", "[::1", "a.example:99999", "a.example:x", "@", "fe80::1%eth0", "[fe80::1%25eth0]", "/"])(
    "%j goes nowhere and does no harm",
    async (host) => {
      const before = origin.requests().length;
      const { text } = await askBytes(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      expect(text).not.toMatch(/\n\s+at /);
      expect(origin.requests()).toHaveLength(before);
      expect(await ask("/after")).toBe(200);
    },
  );
});

describe("header fields", () => {
  it("with control characters are refused or passed, and never split", async () => {
    for (const code of [0x01, 0x07, 0x08, 0x0b, 0x0c, 0x0d, 0x1b, 0x7f, 0x00]) {
      const value = `a${String.fromCharCode(code)}X-Split: 1`;
      const { status } = await askBytes(
        `GET /control HTTP/1.1\r\nHost: a.example\r\nX-Api-Key: ${value}\r\nConnection: close\r\n\r\n`,
      );
      if (status !== 0) expectClear(status);
    }
    for (const request of origin.requests("/control")) expect(request.lines("X-Split")).toEqual([]);
  });

  it("of 64 KiB are refused as too large", async () => {
    const reply = await send(gateway, "/large", { fields: [["X-Large", "x".repeat(65_536)]] });
    requestsInTest += 1;
    expect(reply.status).toBe(431);
    expect(reply.field("Content-Type")).toMatch(/^application\/problem\+json/);
    expect(origin.requests("/large")).toEqual([]);
  });

  it("of 64 KiB in 1,000 fields are refused as too large", async () => {
    const fields = Array.from({ length: 1_000 }, (_, at) => [`X-Field-${at}`, "x".repeat(64)] as const);
    expect(await ask("/many", { fields })).toBe(431);
  });

  it("of 64 KiB are refused before they are counted", async () => {
    const fields = [
      ["X-Api-Key", "large"],
      ["X-Large", "x".repeat(65_536)],
    ] as const;
    expect(await ask("/keyed", { fields })).toBe(431);
    expect(await ask("/keyed", { fields: [["X-Api-Key", "large"]] })).toBe(200);
  });

  it("that are not what they should be pass for what they are", async () => {
    const fields = [
      ["Cookie", ";;;=;sid"],
      ["Via", ",,, , 1.1"],
      ["Connection", "close,,;,  ,="],
      ["Range", "bytes=-"],
      ["If-Modified-Since", "yesterday"],
      ["If-None-Match", '"unclosed'],
      ["Cache-Control", "max-age=x,=,;"],
      ["Accept-Encoding", ";q=2"],
      ["Authorization", ""],
    ] as const;
    expect(await ask("/cookie", { fields })).toBe(200);
  });
});

describe("a method", () => {
  it.each(["FOO", "get", "M-SEARCH", "G!T", "X".repeat(200), "TRACE", "TRACK", "BREW"])(
    "%s gets a clear answer",
    async (method) => {
      expectClear(await ask("/method", { method }));
    },
  );

  it.each(["CONNECT a.example:443", "OPTIONS *", "FOO BAR"])("in %s reaches no other host", async (line) => {
    await askBytes(`${line} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n`);
    expect(await ask("/after")).toBe(200);
  });

  it("with another host in its request line reaches the origin all the same", async () => {
    const { status } = await askBytes(
      "GET http://other.example/absolute HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n",
    );
    expectClear(status);
    for (const request of origin.requests("/absolute")) expect(request.field("Host")).toBe(origin.host);
  });
});

function withKey(value: string): RequestOptions {
  return { fields: [["X-Api-Key", value]] };
}

describe("a key longer than the bound", () => {
  it("is counted like any other, or refused", async () => {
    const long = "k".repeat(5_000);
    const statuses = [
      await ask("/keyed", withKey(long)),
      await ask("/keyed", withKey(long)),
      await ask("/keyed", withKey(`${long}2`)),
    ];
    const [first = 0] = statuses;
    expectClear(first);
    expect(statuses).toEqual(first === 200 ? [200, 429, 200] : [first, first, first]);
  });
});

describe("an IPv6 zone id", () => {
  it("gets a clear answer and brings no second counter", async () => {
    const statuses: number[] = [];
    for (const zone of ["eth0", "eth1", "1", "%", ""])
      statuses.push(await ask("/address", { ip: `fe80::1%${zone}` }));
    for (const status of statuses) expectClear(status);
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
  });
});

describe(`${SENT} different query strings`, () => {
  it(
    "are counted one by one: exactly as many as there may be get normal service",
    { timeout: 120_000 },
    async () => {
      const paths = Array.from({ length: SENT + 5 }, (_, at) => `/counted?q=${at}`);
      requestsInTest += paths.length;
      expect(await sendMany(gateway, paths)).toEqual({ 200: SENT, 429: 5 });
    },
  );

  it("in one request get a clear answer", async () => {
    const query = Array.from({ length: STRANGERS }, (_, at) => `${at}=1`).join("&");
    expectClear(await ask(`/one?${query}`));
  });
});

describe("1,000 new keys", () => {
  it("get normal service, and those before them are still known", async () => {
    expect(await ask("/query?q=known")).toBe(200);
    const paths = Array.from({ length: 1_000 }, (_, at) => `/query?q=${at}`);
    requestsInTest += paths.length;
    expect(await sendMany(gateway, paths)).toEqual({ 200: 1_000 });
    expect(await ask("/query?q=known")).toBe(429);
    expect(await ask("/query?q=999")).toBe(429);
  });
});

describe("after all that", () => {
  it("the gateway serves and counts as before", async () => {
    const ip = newAddress();
    expect([await ask("/address", { ip }), await ask("/address", { ip })]).toEqual([200, 429]);
  });
});
