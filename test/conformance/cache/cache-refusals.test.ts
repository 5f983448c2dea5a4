// What a cache in front of many clients must never store or give away: what is private, personal, refused or broken.
// Each answer would be fresh for a long time if it were stored, so a second request shows whether it was.

import { describe, expect, it } from "vitest";
import { newAddress, send, type Reply, type RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import type { HttpAnswer } from "../support/origin.ts";
import { startStand } from "../support/stand.ts";
import { lastMemberOf } from "../support/structured-fields.ts";

const { origin, gateway } = await startStand({
  policies: { "per-client": { algorithm: "token-bucket", limit: 2, window: "1h", key: "ip" } },
  routes: [
    { path: "/ttl/*", policies: [], cache: { ttl: "1h" } },
    { path: "/limited/*", policies: ["per-client"], cache: { ttl: "1h" } },
    { path: "/errors-too/*", policies: [], cache: { ttl: "1h", ttlByStatus: { "4xx": "1h" } } },
    { path: "/origin-says/*", policies: [], cache: {} },
  ],
});

const FRESH: Fields = [["Cache-Control", "max-age=3600"]];

let paths = 0;

/** A path of its own whose every answer differs, and how often it was asked for. */
function serveNumbered(folder: string, answer: HttpAnswer): string {
  paths += 1;
  const path = `/${folder}/${paths}`;
  let made = 0;
  origin.serve(path, () => {
    made += 1;
    return { ...answer, body: `answer ${made}` };
  });
  return path;
}

/** What three requests, one after the other, were answered; any that was stored would repeat. */
async function askThrice(path: string, options: RequestOptions = {}): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (let time = 0; time < 3; time += 1) replies.push(await send(gateway, path, options));
  return replies;
}

async function expectNeverStored(path: string, options: RequestOptions = {}): Promise<void> {
  const replies = await askThrice(path, options);
  expect(origin.requests(path)).toHaveLength(3);
  for (const reply of replies) {
    const parameters = lastMemberOf(reply, "Cache-Status")?.parameters;
    expect([parameters?.["hit"], parameters?.["stored"]]).not.toContain(true);
  }
}

describe("never stored, whatever the route's ttl", () => {
  const refusing: Fields = [
    ["Cache-Control", "private"],
    ["Cache-Control", "PRIVATE, max-age=3600"],
    ["Cache-Control", "no-store"],
    ["Cache-Control", "public, max-age=3600, No-Store"],
    ["Cache-Control", "no-cache"],
    ["Set-Cookie", "sid=1"],
    ["Vary", "*"],
  ];

  it.each(refusing)("%s: %s", async (name, value) => {
    const fields: Fields = name === "Cache-Control" ? [[name, value]] : [...FRESH, [name, value]];
    await expectNeverStored(serveNumbered("ttl", { fields }));
  });

  it("Cache-Control over several lines of which one refuses", async () => {
    await expectNeverStored(serveNumbered("ttl", { fields: [...FRESH, ["Cache-Control", "no-store"]] }));
  });

  it.each([429, 500, 502, 503, 504, 201, 400, 401, 403])("status %i", async (status) => {
    await expectNeverStored(
      serveNumbered(status >= 429 ? "ttl" : "origin-says", { status, fields: status >= 429 ? FRESH : [] }),
    );
  });

  it("status 429 even where the route wants every 4xx stored", async () => {
    await expectNeverStored(serveNumbered("errors-too", { status: 429, fields: FRESH }));
    const stored = await askThrice(serveNumbered("errors-too", { status: 403, fields: FRESH }));
    expect(stored.at(-1)?.text()).toBe("answer 1");
  });

  it("the answer to a request with Authorization", async () => {
    const path = serveNumbered("ttl", { fields: FRESH });
    await expectNeverStored(path, { fields: [["Authorization", "Bearer secret"]] });
  });

  it.each(["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PURGE"])("the answer to %s", async (method) => {
    await expectNeverStored(serveNumbered("ttl", { fields: FRESH }), { method });
  });

  it("a part of a document", async () => {
    const path = serveNumbered("ttl", { status: 206, fields: [...FRESH, ["Content-Range", "bytes 0-3/10"]] });
    await expectNeverStored(path, { fields: [["Range", "bytes=0-3"]] });
  });

  it.each([
    ["before its Content-Length", "Content-Length: 100\r\n\r\npart"],
    ["before its last chunk", "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"],
  ])("an answer that was cut %s", async (name, rest) => {
    const path = `/ttl/cut/${name.length}`;
    origin.serve(path, { raw: `HTTP/1.1 200 OK\r\nCache-Control: max-age=3600\r\n${rest}`, ending: "close" });
    for (let time = 0; time < 3; time += 1) await expect(send(gateway, path)).rejects.toThrow();
    expect(origin.requests(path)).toHaveLength(3);
  });

  it("the gateway's own denials", async () => {
    const path = serveNumbered("limited", { fields: [["Cache-Control", "no-store"]] });
    const ip = newAddress();
    for (let time = 0; time < 4; time += 1) await send(gateway, path, { ip });
    const other = await send(gateway, path, { ip: newAddress() });
    expect([other.status, other.text()]).toEqual([200, "answer 3"]);
  });
});

describe("never answered without asking the origin", () => {
  it.each(["no-cache", "max-age=0", "s-maxage=0, max-age=3600", "max-age=banana", "max-age=-1"])(
    "what it calls %s, where the origin decides",
    async (value) => {
      const path = serveNumbered("origin-says", { fields: [["Cache-Control", value]] });
      const replies = await askThrice(path);
      expect(replies.map((reply) => reply.text())).toEqual(["answer 1", "answer 2", "answer 3"]);
    },
  );

  it("an answer without a word about freshness, where the origin decides", async () => {
    const replies = await askThrice(serveNumbered("origin-says", {}));
    expect(replies.map((reply) => reply.text())).toEqual(["answer 1", "answer 2", "answer 3"]);
  });
});

describe("given to nobody else", () => {
  it("a field that the origin calls private", async () => {
    const fields: Fields = [
      ["Cache-Control", 'max-age=3600, private="X-User"'],
      ["X-User", "ann"],
      ["X-Other", "1"],
    ];
    const replies = await askThrice(serveNumbered("ttl", { fields }));
    for (const reply of replies.filter(
      (one) => lastMemberOf(one, "Cache-Status")?.parameters["hit"] === true,
    )) {
      expect([reply.field("X-User"), reply.field("X-Other")]).toEqual([undefined, "1"]);
    }
  });

  it("an answer to Authorization, unless the origin calls it public", async () => {
    const secret = serveNumbered("ttl", { fields: FRESH });
    await send(gateway, secret, { fields: [["Authorization", "Bearer secret"]] });
    expect((await send(gateway, secret)).text()).toBe("answer 2");

    const shared = serveNumbered("ttl", { fields: [["Cache-Control", "public, max-age=3600"]] });
    const replies = await askThrice(shared, { fields: [["Authorization", "Bearer secret"]] });
    expect(replies.at(-1)?.text()).not.toBe("answer 3");
  });
});

describe("a client cannot poison what others get", () => {
  const unkeyed: Fields = [
    ["X-Forwarded-Host", "evil.example"],
    ["X-Forwarded-Proto", "gopher"],
    ["X-Forwarded-Port", "1"],
    ["X-Forwarded-Prefix", "/evil"],
    ["X-Original-URL", "/evil"],
    ["X-Rewrite-URL", "/evil"],
    ["X-HTTP-Method-Override", "DELETE"],
    ["X-HTTP-Method", "DELETE"],
    ["X-Method-Override", "DELETE"],
    ["Forwarded", "host=evil.example"],
  ];

  it.each(unkeyed)("by %s: %s", async (name, value) => {
    paths += 1;
    const path = `/ttl/poison/${paths}`;
    origin.serve(path, (request) => ({
      fields: FRESH,
      body: `${name} is ${request.field(name) ?? "absent"}`,
    }));
    await send(gateway, path, { fields: [[name, value]] });
    expect((await send(gateway, path)).text()).not.toContain(value);
  });

  it("by a body that a GET carries", async () => {
    const path = "/ttl/poison/body";
    origin.serve(path, (request) => ({ fields: FRESH, body: `body is ${request.body().toString()}` }));
    await send(gateway, path, { body: "evil" });
    expect((await send(gateway, path)).text()).not.toContain("evil");
  });
});
