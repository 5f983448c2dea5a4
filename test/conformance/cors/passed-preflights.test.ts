// Preflights of an origin that speaks CORS for itself: they reach it without what a browser never sends, nothing but its
// word on CORS comes back, and no flood of them gets through.

import { describe, expect, it } from "vitest";
import { newAddress, send, type Reply, type RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startStand } from "../support/stand.ts";

const APP = "https://app.example";

const { origin, gateway } = await startStand({
  auth: { apiKeys: { query: "key" } },
  policies: { once: { algorithm: "sliding-window", limit: 1, window: "1h", key: "ip" } },
  origins: { nowhere: { members: ["http://127.0.0.1:9"], retries: { max: 0 } } },
  routes: [
    { path: "/limited", methods: ["GET"], policies: ["once"] },
    { path: "/locked", auth: "required" },
    { path: "/closed", access: { deny: { userAgents: ["*Evil*"] } } },
    { path: "/nowhere", origin: "nowhere" },
    { path: "/passing", cors: { origins: [APP], preflight: "pass" } },
    { path: "/api/*", stripPrefix: "/api", methods: ["PUT"] },
    { path: "/flooded/*" },
    { path: "/gone", cors: "origin", respond: { status: 410, body: "gone" } },
    {
      path: "/hook",
      cors: "origin",
      webhook: { profile: "github", secret: "HUB", deliver: ["https://hooks.example.com"] },
    },
  ],
});

const SAYS: Fields = [
  ["Access-Control-Allow-Origin", APP],
  ["Access-Control-Allow-Methods", "PUT, GET"],
  ["Access-Control-Allow-Headers", "authorization"],
  ["Access-Control-Max-Age", "5"],
  ["Vary", "Origin"],
  ["Allow", "GET, PUT, OPTIONS"],
];

origin.serve("*", ({ method }) =>
  method === "OPTIONS"
    ? {
        status: 200,
        fields: [...SAYS, ["Set-Cookie", "a=1"], ["X-Secret", "1"], ["Content-Type", "text/plain"]],
        body: "what only who is logged in may see",
      }
    : { fields: [["Access-Control-Allow-Origin", APP]] },
);

function preflight(path: string, options: RequestOptions & { readonly wants?: string } = {}): Promise<Reply> {
  const { wants = "PUT", fields = [], ip = newAddress() } = options;
  const own: Fields = [
    ["Origin", APP],
    ["Access-Control-Request-Method", wants],
    ["Access-Control-Request-Headers", "authorization"],
    ...fields,
  ];
  return send(gateway, path, { ...options, method: "OPTIONS", ip, fields: own });
}

describe("a preflight that the gateway has no answer to", () => {
  it("gets the origin's word on CORS, and nothing else of its answer", async () => {
    const reply = await preflight("/api/1");
    expect([reply.status, reply.body.length]).toEqual([200, 0]);
    for (const [name, value] of SAYS) expect([name, reply.field(name)]).toEqual([name, value]);
    for (const name of ["Set-Cookie", "X-Secret", "Content-Type"]) expect(reply.field(name)).toBeUndefined();
    const asked = origin.requests("/1").at(-1);
    expect([asked?.method, asked?.field("Origin"), asked?.field("Access-Control-Request-Method")]).toEqual([
      "OPTIONS",
      APP,
      "PUT",
    ]);
  });

  it("is counted by no policy, and by the route of what it asks for", async () => {
    const ip = newAddress();
    for (let time = 0; time < 5; time += 1)
      expect((await preflight("/limited", { ip, wants: "GET" })).status).toBe(200);
    expect([
      (await send(gateway, "/limited", { ip })).status,
      (await send(gateway, "/limited", { ip })).status,
    ]).toEqual([200, 429]);
    expect((await preflight("/limited", { ip, wants: "DELETE" })).status).toBe(404);
  });

  it.each([
    ["/gone", 410],
    ["/hook", 404],
  ])("reaches no origin where the gateway answers %s by itself", async (path, status) => {
    expect((await preflight(path, { wants: "POST" })).status).toBe(status);
    expect(origin.requests(path)).toEqual([]);
  });

  it("needs no credential, and none reaches the origin by it", async () => {
    const fields: Fields = [
      ["Authorization", "Bearer secret"],
      ["Cookie", "session=secret"],
      ["X-API-Key", "secret"],
    ];
    const reply = await preflight("/locked?a=1&key=secret&b=2", { fields });
    expect([reply.status, reply.field("Access-Control-Allow-Origin")]).toEqual([200, APP]);
    const asked = origin.requests("/locked").at(-1);
    expect(asked?.target).toBe("/locked?a=1&b=2");
    expect(JSON.stringify(asked?.fields)).not.toContain("secret");
  });

  it("with content is a request like any other", async () => {
    expect((await preflight("/locked", { body: "content" })).status).toBe(401);
  });

  it("is refused for whom the access lists keep out", async () => {
    const reply = await preflight("/closed", { fields: [["User-Agent", "Evil"]] });
    expect([reply.status, origin.requests("/closed").length]).toEqual([403, 0]);
  });

  it("is an error where the origin is one", async () => {
    expect((await preflight("/nowhere")).status).toBe(502);
  });

  it("is the origin's also beside `cors`, which all other answers have", async () => {
    const reply = await preflight("/passing");
    expect(reply.field("Access-Control-Allow-Methods")).toBe("PUT, GET");
    origin.serve("/passing", { fields: [["Access-Control-Allow-Origin", "https://other.example"]] });
    const read = await send(gateway, "/passing", { fields: [["Origin", APP]] });
    expect(read.lines("Access-Control-Allow-Origin")).toEqual([APP]);
  });
});

describe("a flood of preflights", () => {
  it("reaches the origin no oftener than 600 times a minute from one address, and others go on", async () => {
    const ip = newAddress();
    const statuses: number[] = [];
    for (let round = 0; round < 13; round += 1) {
      const replies = await Promise.all(
        Array.from({ length: 50 }, (_, at) => preflight(`/flooded/${round}-${at}`, { ip })),
      );
      statuses.push(...replies.map(({ status }) => status));
    }
    const flooded = origin.requests().filter(({ target }) => target.startsWith("/flooded/"));
    expect([statuses.filter((status) => status === 200).length, flooded.length]).toEqual([600, 600]);
    expect(statuses.filter((status) => status === 429)).toHaveLength(50);
    expect((await preflight("/flooded/other")).status).toBe(200);
    const denied = await preflight("/flooded/1", { ip });
    expect([denied.status, denied.json()["violated-policies"]]).toEqual([429, ["cors:preflights"]]);
    expect((await send(gateway, "/flooded/1", { ip })).status).toBe(200);
  });
});
