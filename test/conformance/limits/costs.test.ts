// What a request costs: a number, by method, by what the client declares within bounds, by the size of its body, or what
// a function of the configuration says.

import { Readable } from "node:stream";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { newAddress, type Reply, type RequestOptions, send } from "../support/client.ts";
import { startGateway } from "../support/gateway.ts";
import { openSocket, toPost } from "../support/raw-socket.ts";
import { startOrigin } from "../support/origin.ts";

const LIMIT = 100;

const origin = await startOrigin();
afterAll(origin.close);
const gateway = await startGateway({
  config: `import { defineConfig } from "headgate";

export default defineConfig({
  origin: ${JSON.stringify(origin.url)},
  policies: { units: { algorithm: "sliding-window", limit: ${LIMIT}, window: "1h", key: "ip" } },
  routes: [
    { path: "/five", policies: ["units"], cost: 5 },
    { path: "/free", policies: ["units"], cost: 0 },
    { path: "/all", policies: ["units"], cost: ${LIMIT} },
    { path: "/methods", policies: ["units"], cost: { methods: { GET: 2, POST: 10, OPTIONS: 0 }, otherwise: 3 } },
    { path: "/declared", policies: ["units"], cost: { header: "X-Cost", min: 2, max: 20, otherwise: 4 } },
    { path: "/unbounded", policies: ["units"], cost: { header: "X-Cost", max: 1_000 } },
    { path: "/sized", policies: ["units"], cost: { bodyBytesPerUnit: 1_000, otherwise: 3, max: 30 } },
    { path: "/sized-by-default", policies: ["units"], cost: { bodyBytesPerUnit: 1_000 } },
    { path: "/days", policies: ["units"], cost: ({ query }) => Number(query("days")) / 2 },
    { path: "/throws", policies: ["units"], cost: () => { throw new Error("no cost today"); } },
    { path: "/negative", policies: ["units"], cost: () => -5 },
    { path: "/huge", policies: ["units"], cost: () => 1e300 },
  ],
});
`,
});
afterAll(gateway.close);

let ip = "";

beforeEach(() => {
  ip = newAddress();
});

function ask(path: string, options: RequestOptions = {}): Promise<Reply> {
  return send(gateway, path, { ip, ...options });
}

/** What is left, without taking any of it. */
async function readLeft(): Promise<number> {
  return Number((await ask("/free")).field("X-RateLimit-Remaining"));
}

const declares = (cost: string): RequestOptions => ({ fields: [["X-Cost", cost]] });
const sendsChunked = (bytes: number): RequestOptions => ({
  method: "POST",
  body: Readable.from([Buffer.alloc(bytes)], { objectMode: false }),
});
const sends = (bytes: number): RequestOptions => ({ method: "POST", body: "x".repeat(bytes) });

describe("a request costs", () => {
  const costs: readonly (readonly [path: string, options: RequestOptions, units: number])[] = [
    ["/five", {}, 5],
    ["/methods", {}, 2],
    ["/methods", { method: "HEAD" }, 2],
    ["/methods", { method: "POST" }, 10],
    ["/methods", { method: "OPTIONS" }, 0],
    ["/methods", { method: "DELETE" }, 3],
    ["/declared", declares("7"), 7],
    ["/declared", declares("0"), 2],
    ["/declared", declares("1000000"), 20],
    ["/declared", {}, 4],
    // What an origin may read, and the gateway cannot, costs the most.
    ["/declared", declares("9007199254740993"), 20],
    ["/declared", declares("50.0"), 20],
    ["/declared", declares("5e1"), 20],
    ["/declared", declares("-3"), 20],
    ["/declared", declares(""), 20],
    [
      "/declared",
      {
        fields: [
          ["X-Cost", "2"],
          ["X-Cost", "2"],
        ],
      },
      20,
    ],
    ["/sized", sends(1), 1],
    ["/sized", sends(2_001), 3],
    ["/sized", {}, 3],
    ["/sized", { method: "POST", fields: [["Content-Length", "0"]] }, 1],
    ["/sized", sendsChunked(1), 30],
    ["/sized", sendsChunked(60_000), 30],
    ["/days?days=31", {}, 16],
  ];
  it.each(costs)("%s with %j: %i", async (path, options, units) => {
    const reply = await ask(path, options);
    expect([reply.status, reply.field("X-RateLimit-Remaining")]).toEqual([200, String(LIMIT - units)]);
    expect(await readLeft()).toBe(LIMIT - units);
  });
});

describe("a body's length", () => {
  it.each([
    ["that is written with zeros", ["Content-Length: 00000000000000002001"], "x".repeat(2_001), 3],
    ["beside chunks", ["Content-Length: 1", "Transfer-Encoding: chunked"], "5\r\nhello\r\n0\r\n\r\n", 30],
    ["of a body that is not there", [], "", 3],
  ])("%s is no way to pay less", async (_how, framing, body, units) => {
    const socket = openSocket(gateway, toPost("/sized", [`CF-Connecting-IP: ${ip}`, ...framing], body));
    expect((await socket.answer).status).toBe(200);
    socket.close();
    expect(await readLeft()).toBe(LIMIT - units);
  });
});

describe("a request that costs nothing", () => {
  it("passes and says what is left, however often, and also when nothing is", async () => {
    for (let time = 0; time < 3; time += 1) expect(await readLeft()).toBe(LIMIT);
    expect((await ask("/all")).status).toBe(200);
    expect((await ask("/five")).status).toBe(429);
    for (let time = 0; time < 3; time += 1) {
      const free = await ask("/free");
      expect([free.status, free.field("X-RateLimit-Remaining")]).toEqual([200, "0"]);
    }
  });
});

describe("a request that costs more than the limit", () => {
  it.each([
    ["/unbounded", declares(String(LIMIT + 1))],
    ["/huge", {}],
    // Two numbers, of which the origin may take either, are none.
    ["/days?days=2&days=200", {}],
    ["/days", {}],
    ["/throws", {}],
    ["/negative", {}],
    ["/sized-by-default", sendsChunked(1)],
  ])("is refused for good: %s", async (path, options: RequestOptions) => {
    const before = origin.requests().length;
    for (let time = 0; time < 2; time += 1) {
      const refused = await ask(path, options);
      expect([refused.status, refused.field("Retry-After")]).toEqual([429, undefined]);
      expect(refused.json()).toMatchObject({
        type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
        status: 429,
        code: "impossible-cost",
        detail: expect.stringContaining("Waiting does not help") as string,
        "violated-policies": ["units"],
      });
      expect(refused.field("X-RateLimit-Remaining")).toBe(String(LIMIT));
    }
    expect(origin.requests()).toHaveLength(before);
    expect(await readLeft()).toBe(LIMIT);
  });

  it("is not to be confused with one that has to wait", async () => {
    expect((await ask("/unbounded", declares(String(LIMIT)))).status).toBe(200);
    const denied = await ask("/unbounded", declares(String(LIMIT)));
    expect([denied.status, denied.json()["code"]]).toEqual([429, "quota-exceeded"]);
    expect(denied.field("Retry-After")).toMatch(/^[1-9]\d*$/);
  });
});
