// What a request costs: a number, by method, by what the client declares within bounds, by the size of its body, or what
// a function of the configuration says.

import { Readable } from "node:stream";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { Fields } from "../support/fields.ts";
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
  policies: {
    units: { algorithm: "sliding-window", limit: ${LIMIT}, window: "1h", key: "ip" },
    models: { algorithm: "sliding-window", limit: 1, window: "1h", key: ["ip", "json:model"], onMissing: "skip" },
  },
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
    { path: "/batch", policies: ["units"], cost: { json: "batch", form: "batch", count: true, max: 30, otherwise: 2 } },
    { path: "/tokens", policies: ["units"], cost: { json: "options.max_tokens", max: 30, otherwise: 7 } },
    { path: "/models", policies: ["models"] },
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

describe("a body whose members count", () => {
  const FORM = "application/x-www-form-urlencoded";
  const sendsBody = (body: RequestOptions["body"], ...fields: Fields): RequestOptions => ({
    method: "POST",
    fields,
    body: body ?? "",
  });
  const batchOf = (count: number): string => JSON.stringify({ x: "y", batch: Array(count).fill("a,[]") });
  const formOf = (text: string): string => new URLSearchParams({ access_token: "t", batch: text }).toString();
  const costs: readonly (readonly [
    what: string,
    path: string,
    body: RequestOptions["body"],
    type: string,
    units: number,
  ])[] = [
    ["a list in JSON", "/batch", batchOf(20), "application/json", 20],
    ["the same, called a text", "/batch", batchOf(20), "text/plain", 20],
    ["a list in a form", "/batch", formOf("[1,2,3]"), FORM, 3],
    ["no list in a form", "/batch", formOf("[1,2"), FORM, 30],
    ["JSON that is called a form", "/batch", batchOf(20), FORM, 30],
    ["a form without the field", "/batch", "x=1", FORM, 2],
    ["JSON without the member", "/batch", "{}", "application/json", 2],
    ["nothing", "/batch", "", "application/json", 2],
    [
      "a member deeper down",
      "/tokens",
      '{"messages":["…"],"options":{"max_tokens":23}}',
      "application/json",
      23,
    ],
    ["a member that is there twice", "/tokens", '{"options":{"max_tokens":3,"max_tokens":4}}', "", 30],
    [
      "bytes that are no UTF-8",
      "/tokens",
      Buffer.from('{"options":{"max_tokens":3},"x":"\xe9"}', "latin1"),
      "",
      30,
    ],
    ["a body that ends too early", "/tokens", '{"options":{"max_tokens":3}', "application/json", 30],
    ["a body within the bound", "/tokens", toLong(65_536), "application/json", 3],
    ["a body beyond the bound", "/tokens", toLong(65_537), "application/json", 30],
    ["a body in chunks", "/tokens", Readable.from([toLong(65_536)], { objectMode: false }), "", 3],
    ["a long body in chunks", "/tokens", Readable.from([toLong(90_000)], { objectMode: false }), "", 30],
  ];

  it.each(costs)("costs for %s what can be known (%s), and passes as it came", async (...given) => {
    const [, path, body, type, units] = given;
    const before = origin.requests(path).length;
    const reply = await ask(path, sendsBody(body, ["Content-Type", type]));
    expect([reply.status, reply.field("X-RateLimit-Remaining")]).toEqual([200, String(LIMIT - units)]);
    const seen = origin.requests(path).slice(before);
    expect(seen).toHaveLength(1);
    if (typeof body === "string" || body instanceof Uint8Array)
      expect(seen[0]?.body().equals(Buffer.from(body))).toBe(true);
    else expect(seen[0]?.bodyBytes()).toBeGreaterThan(65_535);
  });

  it("costs the most when it is compressed", async () => {
    const reply = await ask("/tokens", sendsBody("not really", ["Content-Encoding", "gzip"]));
    expect(reply.field("X-RateLimit-Remaining")).toBe(String(LIMIT - 30));
  });

  it("is no body at all with a GET", async () => {
    const reply = await ask("/batch", { body: batchOf(20) });
    expect(reply.field("X-RateLimit-Remaining")).toBe(String(LIMIT - 2));
  });

  it("picks the counter of its member", async () => {
    const statuses: number[] = [];
    for (const model of ['"a"', '"b"', '"a"', '"\\u0061"', "7", '"7"', "null", "null", "{}", "[]"])
      statuses.push((await ask("/models", sendsBody(`{"model":${model}}`))).status);
    expect(statuses).toEqual([200, 200, 429, 429, 200, 429, 200, 200, 200, 429]);
    expect((await ask("/models")).status).toBe(200);
  });

  function toLong(length: number): string {
    const start = '{"options":{"max_tokens":3},"x":"';
    return `${start}${"x".repeat(length - start.length - 2)}"}`;
  }
});
