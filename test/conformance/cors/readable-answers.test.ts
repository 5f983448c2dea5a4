// Pages of the origins that `cors` names can read every answer, whoever made it: the origin, the store, the gateway. Others
// can read none, whatever the origin says.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, PREFIX } from "../support/admin.ts";
import { newAddress, open, openWebSocket, send, type Reply, type RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startStand } from "../support/stand.ts";

const APP = "https://app.example";
const OTHER = "https://other.example";
const BATCH = `${PREFIX}/batch`;

const { origin, gateway } = await startStand(
  {
    name: "edge",
    cors: { origins: [APP, OTHER], exposed: ["X-Total"] },
    batch: { bodyBytesMax: 1_024 },
    headerBytesMax: 8_192,
    auth: { attempts: { limit: 1, window: "1h" } },
    policies: {
      once: { algorithm: "sliding-window", limit: 1, window: "1h", key: "ip" },
      keyed: { algorithm: "sliding-window", limit: 1, window: "1h", key: "header:x-key", onMissing: "deny" },
    },
    origins: { nowhere: { members: ["http://127.0.0.1:9"], retries: { max: 0 }, breaker: { failures: 1 } } },
    routes: [
      { path: "/limited", policies: ["once"] },
      { path: "/keyed", policies: ["keyed"] },
      { path: "/locked", auth: "required" },
      { path: "/closed", access: { deny: { userAgents: ["*Evil*"] } } },
      { path: "/fields", fields: true },
      { path: "/nowhere", origin: "nowhere" },
      { path: "/slow", timeout: "100ms" },
      { path: "/stored/*", cache: { requestDirectives: "honour" } },
      { path: "/all/*", cors: { origins: "*" } },
      { path: "/login/*", cors: { origins: [APP], credentials: true } },
      { path: "/events/*" },
      { path: "/open/*", methods: ["GET", "POST"] },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);

const OWN = [
  "RateLimit",
  "RateLimit-Policy",
  "Retry-After",
  "X-Gateway-Request-Id",
  "X-RateLimit-Limit",
  "X-RateLimit-Remaining",
  "X-RateLimit-Reset",
];

function ask(
  path: string,
  options: RequestOptions & { readonly from?: string | undefined } = {},
): Promise<Reply> {
  const { from = APP, fields = [], ip = newAddress() } = options;
  const page: Fields = from === "" ? [] : [["Origin", from]];
  return send(gateway, path, { ...options, ip, fields: [...page, ...fields] });
}

function listOf(reply: Reply, name: string): readonly string[] {
  return reply.lines(name).flatMap((line) => line.split(",").map((part) => part.trim()));
}

function expectReadable(reply: Reply, from = APP): void {
  expect(reply.lines("Access-Control-Allow-Origin")).toEqual([from]);
  expect(listOf(reply, "Access-Control-Expose-Headers")).toEqual(expect.arrayContaining(OWN));
  expect(listOf(reply, "Vary")).toContain("Origin");
}

function expectHidden(reply: Reply): void {
  const said = reply.fields.filter(([name]) => /^access-control-/i.test(name));
  expect([said, listOf(reply, "Vary").includes("Origin")]).toEqual([[], true]);
}

const twice = async (path: string, options: RequestOptions = {}): Promise<Reply> => {
  const ip = newAddress();
  await ask(path, { ip, ...options });
  return ask(path, { ip, ...options });
};

/** Of each status that the gateway answers with itself, one. */
const OWN_ANSWERS: readonly (readonly [status: number, what: string, () => Promise<Reply>])[] = [
  [400, "a path that cannot be read", () => ask("/open/%zz")],
  [400, "a mask that cannot be read", () => ask("/fields?fields=a(")],
  [401, "no credential", () => ask("/locked")],
  [401, "a wrong credential", () => ask("/locked", { fields: [["Authorization", "Bearer no"]] })],
  [429, "too many wrong credentials", () => twice("/locked", { fields: [["Authorization", "Bearer no"]] })],
  [403, "the access lists", () => ask("/closed", { fields: [["User-Agent", "Evil"]] })],
  [403, "a missing key", () => ask("/keyed")],
  [404, "no route", () => ask("/nothing/here")],
  [404, "no route for the method", () => ask("/open/1", { method: "PATCH" })],
  [405, "a method that is never forwarded", () => ask("/open/1", { method: "TRACE" })],
  [405, "a batch that is no POST", () => ask(BATCH)],
  [413, "a batch too large", () => ask(BATCH, toBatch("x".repeat(2_000)))],
  [414, "a path too long", () => ask(`/open/${"x".repeat(8_300)}`)],
  [415, "a batch that is no JSON", () => ask(BATCH, { method: "POST", body: "[]" })],
  [400, "a batch that cannot be read", () => ask(BATCH, toBatch("{}"))],
  [429, "no quota", () => twice("/limited")],
  [
    429,
    "no quota, as it is remembered",
    async () => {
      const ip = newAddress();
      for (let time = 0; time < 3; time += 1) await ask("/limited", { ip });
      return ask("/limited", { ip });
    },
  ],
  [431, "fields too large", () => ask("/open/1", { fields: [["X-Large", "x".repeat(9_000)]] })],
  [502, "an origin that refuses", () => ask("/nowhere")],
  [503, "no origin that is well", () => twice("/nowhere")],
  [
    504,
    "an origin that is silent",
    () => {
      origin.serve("/slow", { raw: "", ending: "stall" });
      return ask("/slow");
    },
  ],
  [504, "nothing stored", () => ask("/stored/none", { fields: [["Cache-Control", "only-if-cached"]] })],
  [508, "a loop", () => ask("/open/1", { fields: [["Via", "1.1 edge"]] })],
];

function toBatch(body: string): RequestOptions {
  return { method: "POST", body, fields: [["Content-Type", "application/json"]] };
}

describe("an answer that the gateway makes itself", () => {
  it.each(OWN_ANSWERS)("can be read, with its body: %i for %s", async (status, _, get) => {
    const reply = await get();
    expect([reply.status, reply.field("Content-Type")]).toEqual([status, "application/problem+json"]);
    expect(reply.json()["status"]).toBe(status);
    expectReadable(reply);
    if (status === 429) expect(reply.field("Retry-After")).toMatch(/^[1-9]\d*$/);
  });

  it("cannot be read by a page of another origin", async () => {
    for (const from of ["https://evil.example", "null"]) expectHidden(await ask("/locked", { from }));
    expectHidden(await ask("/locked", { from: "" }));
  });

  it("is readable as a batch, in which members say nothing of it", async () => {
    const calls = [{ path: "/open/1" }, { path: "/locked" }];
    const reply = await ask(BATCH, toBatch(JSON.stringify(calls)));
    expect(reply.status).toBe(200);
    expectReadable(reply);
    expect(reply.text().toLowerCase()).not.toContain("access-control-");
  });

  it.each(["GET", "OPTIONS"])("is never one of the admin API: %s", async (method) => {
    for (const path of [`${PREFIX}/keys`, `${PREFIX}/nothing`])
      for (const token of [ADMIN_TOKEN, "wrong"]) {
        const fields: Fields = [
          ["Authorization", `Bearer ${token}`],
          ["Access-Control-Request-Method", "GET"],
        ];
        const reply = await ask(path, { method, fields });
        expect(reply.fields.filter(([name]) => /^access-control-/i.test(name))).toEqual([]);
      }
  });
});

describe("an answer of the origin", () => {
  it("can be read, with what the origin and the configuration expose beside the gateway's fields", async () => {
    origin.serve("/open/says", { fields: [["Access-Control-Expose-Headers", "X-Page, retry-after"]] });
    const reply = await ask("/open/says");
    expect(reply.lines("Access-Control-Allow-Origin")).toEqual([APP]);
    expect([...listOf(reply, "Access-Control-Expose-Headers")].sort()).toEqual(
      ["X-Page", "retry-after", "X-Total", ...OWN.filter((name) => name !== "Retry-After")].sort(),
    );
  });

  it("says what the configuration says, not what the origin does", async () => {
    origin.serve("/open/wide", {
      fields: [
        ["Access-Control-Allow-Origin", "*"],
        ["Access-Control-Allow-Credentials", "true"],
        ["Access-Control-Expose-Headers", "X-Secret"],
        ["Vary", "Accept, origin"],
      ],
    });
    const reply = await ask("/open/wide");
    expect(reply.lines("Access-Control-Allow-Origin")).toEqual([APP]);
    expect([reply.field("Access-Control-Allow-Credentials"), reply.lines("Vary")]).toEqual([
      undefined,
      ["Accept, origin"],
    ]);
    const evil = await ask("/open/wide", { from: "https://evil.example" });
    expect(evil.fields.filter(([name]) => /^access-control-/i.test(name))).toEqual([]);
  });

  it("can be read with credentials where the route has them, by the pages that it names", async () => {
    const reply = await ask("/login/1");
    expectReadable(reply);
    expect(reply.field("Access-Control-Allow-Credentials")).toBe("true");
    expectHidden(await ask("/login/1", { from: OTHER }));
  });

  it("can be read by all, and varies by nothing, where all may read it", async () => {
    const reply = await ask("/all/1", { from: "https://anyone.example" });
    expect([reply.lines("Access-Control-Allow-Origin"), reply.field("Vary")]).toEqual([["*"], undefined]);
  });

  it("comes piece by piece all the same", async () => {
    let release: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    origin.serve("/events/1", {
      fields: [["Content-Type", "text/event-stream"]],
      body: (async function* events() {
        yield "data: 1\n\n";
        await gate;
        yield "data: 2\n\n";
      })(),
    });
    const { stream, field } = await open(gateway, "/events/1", { fields: [["Origin", APP]] });
    expect(field("Access-Control-Allow-Origin")).toBe(APP);
    const pieces: string[] = [];
    for await (const piece of stream as AsyncIterable<Buffer>) {
      pieces.push(piece.toString());
      release?.();
    }
    expect(pieces).toEqual(["data: 1\n\n", "data: 2\n\n"]);
  });

  it("is a WebSocket as before", async () => {
    const socket = await openWebSocket(gateway, "/open/socket", { fields: [["Origin", APP]] });
    socket.close();
  });
});
