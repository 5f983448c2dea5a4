// What a client must not be able to put into the store for others, and what a link must not be able to put there of its
// victim: cache poisoning and web cache deception. The route calls everything fresh, which is when both are easiest.

import { describe, expect, it } from "vitest";
import { control, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { RequestOptions } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";

const { origin, serve, ask, askInTurn, asked, lastAsked } = await startCacheStand([
  { path: "/ttl/*", cache: { ttl: "1h" } },
  { path: "/guess/*", cache: { heuristic: true } },
  { path: "/says/*", cache: {} },
  {
    path: "/keyed/*",
    cache: { ttl: "1h", key: { headers: ["X-Api-Key"], cookies: ["sid"], query: { exclude: ["utm"] } } },
  },
  { path: "/any-cookie/*", cache: { ttl: "1h", requestCookies: "ignore" } },
]);

const HTML: Fields = [["Content-Type", "text/html; charset=utf-8"]];

/** Asks as the attacker and then as anybody; gives both answers and whether the second came from the store. */
async function attack(path: string, options: RequestOptions, query = ""): Promise<readonly [string, string]> {
  const [first] = await askInTurn(`${path}${query}`, options);
  const second = await ask(path);
  return [first?.text() ?? "", second.text()];
}

describe("a client cannot poison what others get", () => {
  it.each<readonly [string, string]>([
    ["X-Forwarded-Host", "evil.example"],
    ["X_Forwarded_Host", "evil.example"],
    ["X-Forwarded-Scheme", "nothttps"],
    ["X-Forwarded-Proto", "nothttps"],
    ["X-Forwarded-Port", "1337"],
    ["X-Forwarded-Prefix", "/evil"],
    ["X-Forwarded-Server", "evil.example"],
    ["X-Forwarded-For", "6.6.6.6"],
    ["X-Host", "evil.example"],
    ["X-Original-Host", "evil.example"],
    ["X-HTTP-Host-Override", "evil.example"],
    ["Forwarded", "host=evil.example"],
    ["X-Original-URL", "/evil"],
    ["X-Rewrite-URL", "/evil"],
    ["X-Original-URI", "/evil"],
    ["X-Scheme", "evil"],
    ["X-URL-Scheme", "evil"],
    ["Front-End-Https", "evil"],
    ["X-HTTP-Method", "DELETE"],
    ["X-HTTP-Method-Override", "DELETE"],
    ["X-Method-Override", "DELETE"],
    ["True-Client-IP", "6.6.6.6"],
  ])("by a field that is not in the key: %s", async (name, value) => {
    const path = serve("ttl", (request) => ({ body: request.lines(name).join() || "absent" }));
    const answers = await attack(path, { fields: [[name, value]] });
    for (const answer of answers) expect(answer).not.toContain(value);
    expect(asked(path)).toBe(1);
  });

  it.each<readonly [string, string]>([
    ["X-Api-Key", "victim"],
    ["Cookie", "sid=victim"],
    ["Accept-Language", "victim"],
  ])("by having a field of the key kept from the origin: %s", async (name, value) => {
    const path = serve("keyed", ({ field }) => ({
      fields: [["Vary", "Accept-Language"]],
      body: field(name) ?? "absent",
    }));
    await ask(path, {
      fields: [
        [name, value],
        ["Connection", `close, ${name}`],
      ],
    });
    expect((await ask(path, { fields: [[name, value]] })).text()).toBe(value);
  });

  it("by a body that a GET carries", async () => {
    const path = serve("ttl", (request) => ({ body: `body: ${request.body().toString()}` }));
    expect(await attack(path, { body: "evil" })).toEqual(["body: ", "body: "]);
    expect(asked(path)).toBe(2);
  });

  it.each([
    ["?utm=1;evil=2", 2],
    ["?utm=1&utm=evil", 1],
    ["?%75tm=evil", 1],
    ["?utm%5B%5D=evil", 2],
    ["?utm", 1],
    ["?utm%zz=evil", 2],
    ["?;utm=evil", 2],
  ])("by a parameter that the cache drops and an origin might read: %s", async (query, requests) => {
    const path = serve("keyed", ({ target }) => ({ body: target }));
    await attack(path, {}, query);
    expect(asked(path)).toBe(requests);
  });

  it.each(["/ttl/./x", "/ttl/y/../x", "//ttl//x", "/%74tl/x", "/ttl/%78"])(
    "by another spelling of the path, which is one path for cache and origin: %s",
    async (spelling) => {
      origin.serve("/ttl/x", ({ target }) => ({ body: target }));
      expect((await ask(spelling)).text()).toBe("/ttl/x");
      expect((await ask("/ttl/x")).text()).toBe("/ttl/x");
    },
  );

  it.each([400, 403, 405, 413, 414, 431, 500, 501, 502, 503, 504])(
    "by an error that it provokes: %i",
    async (status) => {
      const path = serve("ttl", ({ field }) => (field("X-Evil") === undefined ? {} : { status }));
      expect(await attack(path, { fields: [["X-Evil", "\\\\".repeat(2_000)]] })).toEqual([
        "answer 1",
        "answer 2",
      ]);
    },
  );

  it.each<readonly [string, RequestOptions]>([
    ["HEAD", { method: "HEAD" }],
    ["a range", { fields: [["Range", "bytes=0-0"]] }],
    ["a condition", { fields: [["If-None-Match", "*"]] }],
    ["a condition of the origin's", { fields: [["If-Match", '"evil"']] }],
    [
      "an upgrade",
      {
        fields: [
          ["Connection", "Upgrade"],
          ["Upgrade", "h2c"],
        ],
      },
    ],
    ["an expectation", { fields: [["Expect", "evil"]] }],
  ])("by a request that is not a plain GET: %s", async (_, options) => {
    const path = serve("ttl", ({ method, field }) => {
      if (field("Range") !== undefined)
        return { status: 206, fields: [["Content-Range", "bytes 0-0/9"]], body: "a" };
      if (field("If-None-Match") !== undefined) return { status: 304 };
      if (field("If-Match") !== undefined) return { status: 412 };
      const isOdd = field("Upgrade") !== undefined || field("Expect") !== undefined || method !== "GET";
      return isOdd ? { status: 417, body: "odd" } : { body: "whole" };
    });
    await ask(path, options);
    const reply = await ask(path);
    expect([reply.status, reply.text()]).toEqual([200, "whole"]);
  });

  it("by asking for a coding that others do not understand", async () => {
    const path = serve("ttl", ({ field }) => ({ body: field("Accept-Encoding") ?? "absent" }));
    expect(await attack(path, { fields: [["Accept-Encoding", "evil"]] })).toEqual(["identity", "identity"]);
    // What is stale is replaced by the answer to a part's request too.
    const stale = serve("says", ({ field }, time) => ({
      fields: control(time === 1 ? "max-age=0" : "max-age=60", ["ETag", `"${time}"`]),
      body: field("Accept-Encoding") ?? "absent",
    }));
    await ask(stale);
    const part: Fields = [
      ["Accept-Encoding", "evil"],
      ["Range", "bytes=0-99"],
    ];
    expect(await attack(stale, { fields: part })).toEqual(["identity", "identity"]);
    expect(asked(stale)).toBe(2);
  });

  it("by another host", async () => {
    const path = serve("ttl", ({ field }) => ({ body: field("X-Forwarded-Host") ?? "" }));
    const [evil, own] = await attack(path, { fields: [["Host", "evil.example"]] });
    expect([evil, own?.startsWith("127.0.0.1")]).toEqual(["evil.example", true]);
  });
});

describe("a link cannot make the cache keep its victim's page", () => {
  it.each([
    "a.css",
    "a.js",
    "a.json",
    "a.png",
    "a.JPG",
    "a.woff2",
    "a.mp4",
    "a.pdf",
    "a.zip",
    "a.txt",
    "a.ico",
  ])("by an extension that the answer does not bear out: %s", async (file) => {
    for (const folder of ["ttl", "guess"]) {
      const path = `${serve(folder, {})}/account/${file}`;
      origin.serve(path, {
        fields: [...HTML, ["Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"]],
        body: "secret",
      });
      await askInTurn(path, {}, {});
      expect(asked(path)).toBe(2);
    }
  });

  it.each([
    ["a.css", "text/css"],
    ["a.js", "text/javascript; charset=utf-8"],
    ["a.png", "image/webp"],
    ["a.woff2", "font/woff2"],
    ["a.bin", "text/html"],
    ["a.css", "application/octet-stream"],
    ["a", "text/html"],
  ])("while a file that is what it is called is kept: %s %s", async (file, type) => {
    const path = `${serve("ttl", {})}/${file}`;
    origin.serve(path, { fields: [["Content-Type", type]], body: "public" });
    await askInTurn(path, {}, {});
    expect(asked(path)).toBe(1);
  });

  it.each([";a.css", "%23a.css", "%3Fa.css", ";", "%3fa"])(
    "by a delimiter at which the origin ends the path: %s",
    async (rest) => {
      const path = serve("ttl", { fields: [["Content-Type", "text/css"]] });
      origin.serve(`${path}${rest}`, { fields: [["Content-Type", "text/css"]], body: "secret" });
      const replies = await askInTurn(`${path}${rest}`, {}, {});
      for (const reply of replies)
        expect([statusOf(reply)["hit"], statusOf(reply)["stored"]]).toEqual([undefined, undefined]);
    },
  );

  it.each(["%00a.css", "%0aa.css", "/..%2fa.css", "/%2e%2e%2fa.css", "%5ca.css"])(
    "by what only an attacker writes, which is refused: %s",
    async (rest) => {
      const path = serve("ttl", {});
      expect([(await ask(`${path}${rest}`)).status, asked(path)]).toEqual([400, 0]);
    },
  );

  it.each(["no-store", "private", "no-cache"])(
    "against the origin's word, whatever the extension: %s",
    async (value) => {
      const path = `${serve("ttl", {})}/a.css`;
      origin.serve(path, { fields: control(value, ["Content-Type", "text/css"]), body: "secret" });
      await askInTurn(path, {}, {});
      expect(asked(path)).toBe(2);
    },
  );

  it("by the victim's cookies or credential, unless the origin or the route says that they do not matter", async () => {
    const cookie: RequestOptions = { fields: [["Cookie", "sid=victim"]] };
    const bearer: RequestOptions = { fields: [["Authorization", "Bearer victim"]] };
    for (const [folder, fields, options, stored] of [
      ["ttl", [], cookie, false],
      ["guess", [["Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"]], cookie, false],
      ["ttl", [], bearer, false],
      ["any-cookie", [], bearer, false],
      ["any-cookie", [], cookie, true],
      ["ttl", control("public"), cookie, true],
      ["ttl", control("public"), bearer, true],
      ["says", control("max-age=600"), cookie, true],
      ["keyed", [], cookie, true],
    ] as const) {
      const path = serve(folder, { fields });
      await askInTurn(path, options, options);
      expect([folder, fields, asked(path)]).toEqual([folder, fields, stored ? 1 : 2]);
    }
  });

  it("by a redirect or an error of its own", async () => {
    const path = serve("ttl", ({ field }) =>
      field("Cookie") === undefined ? { status: 302, fields: [["Location", "/login"]] } : {},
    );
    await ask(path);
    expect((await ask(path, { fields: [["Cookie", "sid=1"]] })).status).toBe(200);
    expect(lastAsked(path).field("Cookie")).toBe("sid=1");
  });
});
