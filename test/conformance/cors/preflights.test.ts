// Preflights that the gateway answers itself, by `cors`: whatever the request after them will need, they need nothing.

import { describe, expect, it } from "vitest";
import { newAddress, send, type Reply } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startStand } from "../support/stand.ts";

const APP = "https://app.example";

const { origin, gateway } = await startStand({
  cors: { origins: [APP, "https://*.preview.example", "http://localhost:3000"] },
  batch: {},
  policies: { once: { algorithm: "sliding-window", limit: 1, window: "1h", key: "ip" } },
  routes: [
    { path: "/limited", methods: ["GET"], policies: ["once"] },
    { path: "/locked", auth: "required", access: { deny: { userAgents: ["*Evil*"] } } },
    { path: "/any", cors: { origins: "*" } },
    {
      path: "/strict",
      cors: {
        origins: ["https://one.example"],
        credentials: true,
        headers: ["X-One", "x-two"],
        maxAge: "1h",
      },
    },
    { path: "/none", cors: "none", auth: "required" },
    { path: "/origin", cors: "origin", methods: ["POST"] },
    { path: "/sum", aggregate: { one: "/any" } },
    { path: "/open/*" },
  ],
});

interface Asked {
  readonly from?: string;
  readonly method?: string;
  readonly headers?: string | undefined;
  readonly fields?: Fields;
  readonly ip?: string;
  readonly body?: string;
}

function preflight(path: string, asked: Asked = {}): Promise<Reply> {
  const { from = APP, method = "PUT", headers, fields = [], ip = newAddress(), body = "" } = asked;
  const wanted: Fields = headers === undefined ? [] : [["Access-Control-Request-Headers", headers]];
  const own: Fields = [["Origin", from], ["Access-Control-Request-Method", method], ...wanted, ...fields];
  return send(gateway, path, { method: "OPTIONS", ip, body, fields: own });
}

/** What it says of CORS, by lower-case name. */
function saysOf(reply: Reply): Readonly<Record<string, string>> {
  const said = reply.fields.map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries(said.filter(([name]) => /^(?:access-control-|vary$)/.test(name)));
}

describe("a preflight", () => {
  it("is answered with what the page may send, and for how long that holds", async () => {
    const reply = await preflight("/open/1", { method: "PATCH", headers: "authorization,x-own" });
    expect([reply.status, reply.body.length, saysOf(reply)]).toEqual([
      204,
      0,
      {
        "access-control-allow-origin": APP,
        "access-control-allow-methods": "PATCH",
        "access-control-allow-headers": "authorization,x-own",
        "access-control-max-age": "600",
        vary: "Origin",
      },
    ]);
    expect(origin.requests("/open/1")).toEqual([]);
  });

  it("of a page of any origin is answered the same for all, where any may ask", async () => {
    const reply = await preflight("/any", { from: "null" });
    expect(saysOf(reply)).toEqual({
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "PUT",
      "access-control-max-age": "600",
    });
  });

  it("is answered as its route says, in place of the gateway", async () => {
    const reply = await preflight("/strict", { from: "https://one.example", headers: "x-three" });
    expect(saysOf(reply)).toEqual({
      "access-control-allow-origin": "https://one.example",
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "PUT",
      "access-control-allow-headers": "X-One, x-two",
      "access-control-max-age": "3600",
      vary: "Origin",
    });
    expect(saysOf(await preflight("/strict"))).toEqual({ vary: "Origin" });
  });

  it.each([
    "https://one.preview.example",
    "https://a.b.preview.example",
    "http://localhost:3000",
    APP.toUpperCase(),
  ])("is answered for a page that the list has: %s", async (from) => {
    expect(saysOf(await preflight("/open/2", { from }))["access-control-allow-origin"]).toBe(from);
  });

  it.each([
    "https://evil.example",
    "http://app.example",
    "https://app.example:8443",
    "https://app.example.evil.example",
    "https://evil-app.example",
    "https://preview.example",
    "https://preview.example.evil.example",
    "https://evilpreview.example",
    "http://localhost",
    "null",
    `${APP}, https://evil.example`,
  ])("gets nothing that lets another page ask: %s", async (from) => {
    const reply = await preflight("/open/3", { from, headers: "x-own" });
    expect([reply.status, saysOf(reply)]).toEqual([204, { vary: "Origin" }]);
  });

  it("is counted by no policy", async () => {
    const ip = newAddress();
    for (let time = 0; time < 5; time += 1) {
      const reply = await preflight("/limited", { ip, method: "GET" });
      expect([reply.status, reply.field("X-RateLimit-Limit")]).toEqual([204, undefined]);
    }
    const asked = { ip, fields: [["Origin", APP] as const] };
    expect((await send(gateway, "/limited", asked)).status).toBe(200);
    expect((await send(gateway, "/limited", asked)).status).toBe(429);
    expect((await preflight("/limited", { ip, method: "GET" })).status).toBe(204);
  });

  it("needs no credential, and no way past the access lists", async () => {
    const reply = await preflight("/locked", { headers: "authorization", fields: [["User-Agent", "Evil"]] });
    expect([reply.status, saysOf(reply)["access-control-allow-origin"]]).toEqual([204, APP]);
  });

  it.each([
    ["a method that no route has", "/limited", "DELETE"],
    ["a path that no route has", "/nowhere", "GET"],
    ["a route that is made of several", "/sum", "GET"],
    ["a batch", "/__headgate/v1/batch", "POST"],
  ])("is answered for %s, so that the page may read why", async (_, path, method) => {
    const reply = await preflight(path, { method, headers: "content-type" });
    const said = saysOf(reply);
    expect([reply.status, said["access-control-allow-origin"], said["access-control-allow-methods"]]).toEqual(
      [204, APP, method],
    );
  });

  it.each(["x-own: 1", "(x)", "x".repeat(5_000)])(
    "with headers that cannot be read has none of them allowed: %s",
    async (headers) => {
      expect(saysOf(await preflight("/open/4", { headers }))["access-control-allow-headers"]).toBeUndefined();
    },
  );
});

describe("what is no preflight", () => {
  it.each<readonly [string, Asked | undefined, Fields]>([
    ["without Origin", undefined, [["Access-Control-Request-Method", "PUT"]]],
    ["without a method", undefined, [["Origin", APP]]],
    ["with a method that is none", { method: "PUT DELETE" }, []],
    ["with content", { body: "content" }, []],
  ])("goes the way of any request: %s", async (name, asked, fields) => {
    const path = `/open/${encodeURIComponent(name)}`;
    const reply = await (asked === undefined
      ? send(gateway, path, { method: "OPTIONS", fields })
      : preflight(path, asked));
    expect([reply.status, origin.requests(path).length]).toEqual([200, 1]);
  });
});

describe("a route that leaves CORS to", () => {
  it("its origin says nothing of its own", async () => {
    origin.serve("/origin", { status: 405 });
    const reply = await preflight("/origin", { method: "POST" });
    expect([reply.status, saysOf(reply)]).toEqual([405, {}]);
    const posted = await send(gateway, "/origin", { method: "POST", fields: [["Origin", APP]] });
    expect(saysOf(posted)).toEqual({});
  });

  it("nobody takes a preflight for a request like any other", async () => {
    const reply = await preflight("/none", { method: "POST" });
    expect([reply.status, saysOf(reply), origin.requests("/none")]).toEqual([401, {}, []]);
  });
});
