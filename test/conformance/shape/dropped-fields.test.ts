// Fields that nobody gets, and other names and paths.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { askAdmin, expectStatus } from "../support/admin.ts";
import { BODY, startFieldsStand, tagged, TYPE } from "../support/fields-stand.ts";

const { gateway, origin, ask, serve, asked, lastAsked, untilHit } = await startFieldsStand();

describe("fields that nobody gets", () => {
  it("are in no answer, whatever is asked for, from the store or not", async () => {
    const path = serve("secret", {
      ...tagged,
      body: '{"id":1,"password":"p","owner":{"email":"e","x":1},"items":[{"secret":1,"n":2}],"p\\u0061ssword":2}',
    });
    const whole = '{"id":1,"owner":{"x":1},"items":[{"n":2}]}';
    expect((await ask(path)).text()).toBe(whole);
    const hit = await untilHit(path);
    expect(hit.text()).toBe(whole);
    expect(hit.field("ETag")).toMatch(/^"v1-f/);
    expect((await ask(`${path}?fields=password,owner,id`)).text()).toBe('{"id":1,"owner":{"x":1}}');
    expect((await ask(path, { fields: [["Range", "bytes=0-60"]] })).text()).toBe(whole);
    expect(asked(path)).toBe(1);
  });

  it("are not in parts of answers to other methods", async () => {
    const path = serve("secret", ({ field }) =>
      field("range") === undefined
        ? { fields: [TYPE], body: '{"password":"p"}' }
        : { status: 206, fields: [TYPE], body: '"p"' },
    );
    for (const method of ["GET", "POST", "QUERY", "PUT"]) {
      const reply = await ask(path, {
        method,
        fields: [
          ["Range", "bytes=12-14"],
          ["If-Range", '"v1"'],
        ],
      });
      expect([method, reply.text().includes('"p"')]).toEqual([method, false]);
    }
  });

  it("are not in errors either", async () => {
    const path = serve("secret", { status: 500, fields: [TYPE], body: '{"password":1,"message":"no"}' });
    const reply = await ask(path);
    expect([reply.status, reply.text()]).toEqual([500, '{"message":"no"}']);
  });

  it.each<[string, Parameters<typeof serve>[1], string]>([
    ["malformed", { fields: [TYPE], body: "{'password':1}" }, "answer-not-json"],
    ["coded", { fields: [TYPE, ["Content-Encoding", "gzip"]], body: gzipSync(BODY) }, "answer-not-json"],
    ["too large", { fields: [TYPE], body: `"${"x".repeat(1_100)}"` }, "answer-too-large"],
  ])("keep JSON from its client that they cannot be taken out of: %s", async (_, answering, code) => {
    const path = serve("secret", answering);
    const reply = await ask(path);
    expect([reply.status, reply.json()["code"]]).toEqual([502, code]);
    expect(gateway.logs().some((line) => line.includes(code))).toBe(true);
  });

  it("are in what is no JSON, as it is", async () => {
    const path = serve("secret", {
      fields: [
        ["Content-Type", "text/plain"],
        ["ETag", '"v1"'],
      ],
      body: '{"password":1}',
    });
    const reply = await ask(path);
    expect([reply.status, reply.text(), reply.field("ETag"), reply.field("X-Fields-Ignored")]).toEqual([
      200,
      '{"password":1}',
      '"v1"',
      undefined,
    ]);
    expect((await ask(path, { fields: [["If-None-Match", '"v1"']] })).status).toBe(304);
  });

  it("pass an answer without content", async () => {
    const path = serve("secret", { status: 204, fields: [], body: "" });
    expect((await ask(path)).status).toBe(204);
  });
});

describe("other names and paths", () => {
  it("are what the origin, the limits and the cache go by, and nobody else can give them", async () => {
    const path = serve("named", ({ field }) => ({
      fields: [
        ["Vary", "X-New"],
        ["X-Backend", "b1"],
        ["X-Another", "kept"],
      ],
      body: field("x-new") ?? "none",
    }));
    const one = await ask(path, { fields: [["X-Old", "one"]] });
    expect([one.text(), one.field("X-Shown"), one.field("X-Backend"), one.field("X-Another")]).toEqual([
      "one",
      "b1",
      undefined,
      "kept",
    ]);
    expect(lastAsked(path).field("X-Old")).toBeUndefined();
    expect((await ask(path, { fields: [["X-Old", "two"]] })).text()).toBe("two");
    const hit = await untilHit(path, { fields: [["X-Old", "one"]] });
    expect([hit.text(), hit.field("X-Shown")]).toEqual(["one", "b1"]);
    expect((await ask(path, { fields: [["X-New", "one"]] })).status).toBe(403);
    expect(
      (
        await ask(path, {
          fields: [
            ["X-New", "one"],
            ["X-Old", "two"],
          ],
        })
      ).text(),
    ).toBe("two");
  });

  it("are what explanations go by too", async () => {
    const explain = async (query: string, headers: object) =>
      await expectStatus(
        200,
        askAdmin(gateway, "POST", "/explain", { body: { url: `http://a.example/named/1${query}`, headers } }),
      );
    expect(await explain("", { "x-old": "acme" })).toMatchObject({
      policies: [{ counter: { key: expect.stringMatching(/^sha256:/) } }],
    });
    expect(await explain("", { "x-new": "acme" })).toMatchObject({ policies: [{ counter: "deny" }] });
    const body = { url: "http://a.example/cached/1?fields=a(" };
    expect(await expectStatus(200, askAdmin(gateway, "POST", "/explain", { body }))).toMatchObject({
      problem: "invalid-fields",
    });
  });

  it("stripPrefix takes the front of the path off, and gives it back to redirects", async () => {
    origin.serve("/things", { status: 302, fields: [["Location", "/elsewhere"]] });
    const reply = await ask("/api/things?x=1");
    expect(reply.field("Location")).toBe("/api/elsewhere");
    expect(lastAsked("/things").target).toBe("/things?x=1");
    expect((await ask("/apiary")).status).toBe(200);
    expect(lastAsked("/apiary").target).toBe("/apiary");
    await ask("/api");
    expect(lastAsked("/").target).toBe("/");
  });

  it("are set and removed on the way to the origin, however they are written", async () => {
    const path = serve("set", { fields: [["Server", "nginx/1.2"]], body: "x" });
    await ask(path, {
      fields: [
        ["X_Trusted", "forged"],
        ["x-trusted", "forged"],
        ["X-Debug", "1"],
        ["x_debug", "2"],
        ["Cookie", "a=b"],
        ["X-Other", "kept"],
      ],
    });
    const names = ["x-gate", "x-trusted", "x_trusted", "x-debug", "x_debug", "cookie", "x-other"];
    const sent = lastAsked(path);
    expect(names.map((name) => sent.field(name))).toEqual([
      "open",
      "yes",
      undefined,
      undefined,
      undefined,
      undefined,
      "kept",
    ]);
  });

  it("are set and removed on the way to the client, from the store or not, and not on the gateway's own answers", async () => {
    const path = serve("set", {
      fields: [
        ["Server", "nginx/1.2"],
        ["X-Powered-By", "PHP"],
        ["Link", "</next>; rel=next"],
        ["Deprecation", "true"],
      ],
      body: "x",
    });
    const shown = ["Strict-Transport-Security", "Cache-Control", "Server", "X-Powered-By"];
    const first = await ask(path);
    const hit = await untilHit(path);
    for (const reply of [first, hit])
      expect(shown.map((name) => reply.field(name))).toEqual([
        "max-age=31536000",
        "private",
        undefined,
        undefined,
      ]);
    expect(hit.field("Deprecation")).toBe("@1767225600");
    const lost = await ask(serve("set", { status: 520 }));
    expect([lost.status, ...shown.slice(0, 2).map((name) => lost.field(name))]).toEqual([
      502,
      undefined,
      "no-store",
    ]);
  });
});

describe("a route that will end", () => {
  it("says so in every answer, beside the origin's links and in place of what it says itself", async () => {
    const path = serve("set", { fields: [["Link", "</next>; rel=next"]], body: "x" });
    const told = async (status: number, to: string): Promise<void> => {
      const reply = await ask(to);
      expect([reply.status, reply.field("Deprecation"), reply.field("Sunset")]).toEqual([
        status,
        "@1767225600",
        "Fri, 01 Jan 2027 00:00:00 GMT",
      ]);
      expect(reply.field("Link")).toContain('<https://docs.example.com/old>; rel="deprecation"');
    };
    await told(200, path);
    await told(502, serve("set", { status: 520 }));
    expect((await ask(path)).field("Link")).toContain("</next>; rel=next");
    expect((await ask(serve("off", { body: "x" }))).field("Sunset")).toBeUndefined();
  });
});

describe("a route that answers itself", () => {
  it("says what it is to say, and its limits count", async () => {
    const reply = await ask("/gone/1");
    expect([reply.status, reply.text(), reply.field("Content-Type"), reply.field("Cache-Control")]).toEqual([
      410,
      '{"error":"gone"}',
      "application/json",
      "max-age=60",
    ]);
    expect([reply.field("X-RateLimit-Remaining"), reply.field("Sunset")]).toEqual([
      "0",
      "Thu, 01 Jan 2026 00:00:00 GMT",
    ]);
    const denied = await ask("/gone/1");
    expect([denied.status, denied.field("Sunset")]).toEqual([429, "Thu, 01 Jan 2026 00:00:00 GMT"]);
    expect(asked("/gone/1")).toBe(0);
  });

  it("answers HEAD, other methods and preflights without an origin", async () => {
    expect((await ask("/robots.txt")).text()).toBe("User-agent: *\nDisallow: /\n");
    const head = await ask("/robots.txt", { method: "HEAD" });
    expect([head.status, head.text(), head.field("Content-Type")]).toEqual([
      200,
      "",
      "text/plain; charset=utf-8",
    ]);
    const moved = await ask("/old", { method: "POST", body: "left" });
    expect([moved.status, moved.field("Location"), moved.text()]).toEqual([308, "/new", ""]);
    const preflight = [
      ["Origin", "https://a.example"],
      ["Access-Control-Request-Method", "POST"],
    ] as const;
    expect((await ask("/old", { method: "OPTIONS", fields: preflight })).status).toBe(308);
    expect([asked("/old"), asked("/robots.txt")]).toEqual([0, 0]);
  });

  it("says in an explanation that no origin is asked", async () => {
    const body = { url: "http://a.example/old" };
    expect(await expectStatus(200, askAdmin(gateway, "POST", "/explain", { body }))).toMatchObject({
      cause: "the route itself answers it, with status 308",
    });
  });

  it("never crashed anything", () => {
    expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
  });
});
