// Fields that a client asks for, and fields that nobody gets: on a miss and on a hit, with conditions, HEAD and ranges,
// and what is not JSON.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { isHit, startCacheStand } from "../support/cache-stand.ts";

const { gateway, origin, ask, serve, asked, lastAsked, untilHit } = await startCacheStand(
  [
    { path: "/cached/*", fields: true, cache: { ttl: "1h" } },
    { path: "/free/*", fields: true, cache: { ttl: "1h", hits: "free" }, policies: ["few"] },
    { path: "/plain/*", fields: true, response: { bodyBytesMax: 1_024 } },
    {
      path: "/secret/*",
      fields: true,
      cache: { ttl: "1h" },
      response: { dropFields: "password,owner(email),items/secret", bodyBytesMax: 1_024 },
    },
    { path: "/off/*", cache: { ttl: "1h" } },
    {
      path: "/named/*",
      policies: ["tenant"],
      cache: { ttl: "1h" },
      request: { renameHeaders: { "X-Old": "X-New" } },
      response: { renameHeaders: { "X-Backend": "X-Shown", "X-Other": "X-Another" } },
    },
    { path: "/api/*", stripPrefix: "/api" },
    { path: "/*" },
  ],
  {
    policies: {
      few: { algorithm: "sliding-window", limit: 1, window: "1h", key: "path" },
      tenant: {
        algorithm: "sliding-window",
        limit: 100,
        window: "1h",
        key: "header:x-new",
        onMissing: "deny",
      },
    },
  },
  { vars: { ADMIN_TOKEN } },
);

const TYPE = ["Content-Type", "application/json"] as const;
const BODY =
  '{ "id": 12345678901234567890, "name": "n", "owner": { "name": "o", "email": "e" }, "items": [ { "price": 1.10, "n": 1 }, { "price": 2 } ], "password": "p" }';
const TRIMMED = '{"id":12345678901234567890,"owner":{"name":"o"},"items":[{"price":1.10},{"price":2}]}';
const MASK = "?fields=id,owner(name),items/price";
const tagged = {
  fields: [
    TYPE,
    ["ETag", '"v1"'],
    ["Last-Modified", "Mon, 02 Nov 2026 10:00:00 GMT"],
    ["Accept-Ranges", "bytes"],
  ],
  body: BODY,
} as const;

describe("fields that a client asks for", () => {
  it("are all that it gets, on a miss and on a hit, of one stored answer", async () => {
    const path = serve("cached", tagged);
    const miss = await ask(path + MASK);
    expect([miss.status, miss.text(), isHit(miss)]).toEqual([200, TRIMMED, false]);
    expect(miss.field("Content-Length")).toBe(String(TRIMMED.length));
    const hit = await untilHit(path + MASK);
    expect(hit.text()).toBe(TRIMMED);
    expect((await ask(`${path}?fields=name`)).text()).toBe('{"name":"n"}');
    const whole = await ask(path);
    expect([isHit(whole), whole.text(), whole.field("ETag")]).toEqual([true, BODY, '"v1"']);
    expect(asked(path)).toBe(1);
    expect(lastAsked(path).target).toBe(path);
  });

  it("are no part of the query that is forwarded and stored by", async () => {
    const path = serve("cached", tagged);
    await ask(`${path}?a=1&fields=id&b=2`);
    expect(lastAsked(path).target).toBe(`${path}?a=1&b=2`);
    await untilHit(`${path}?a=1&b=2`);
    await ask(`${path}?f%69elds=id&a=1&b=2&fields=name`);
    expect(asked(path)).toBe(1);
    expect((await ask(`${path}?a=1&b=2&fields=id&fields=name`)).text()).toBe(
      '{"id":12345678901234567890,"name":"n"}',
    );
  });

  it("are everything where none is named", async () => {
    const path = serve("cached", tagged);
    expect((await ask(`${path}?fields=`)).text()).toBe(BODY);
    expect(lastAsked(path).target).toBe(path);
  });

  it.each([
    ["a,,b", "must have a field's name at character 3"],
    ["a(b", 'must have a comma or a ")" at character 4'],
    ["a)", "must have a comma at character 2"],
    ["a".repeat(3_000), "must have at most 2048 characters"],
  ])(
    "written as %.10s are a 400 that names the place, and nothing is asked or taken",
    async (fields, message) => {
      const path = serve("free", tagged);
      const reply = await ask(`${path}?fields=${encodeURIComponent(fields)}`);
      expect([reply.status, reply.json()["code"]]).toEqual([400, "invalid-fields"]);
      expect(reply.json()["problems"]).toEqual([{ path: "fields", code: "invalid", message }]);
      expect(asked(path)).toBe(0);
      expect((await ask(path)).status).toBe(200);
    },
  );

  it("are trimmed from a free hit too", async () => {
    const path = serve("free", tagged);
    await ask(path);
    expect((await untilHit(path + MASK)).text()).toBe(TRIMMED);
  });

  it("mean nothing on a route that does not have them", async () => {
    const path = serve("off", tagged);
    expect((await ask(path + MASK)).text()).toBe(BODY);
    expect(lastAsked(path).target).toBe(path + MASK);
  });

  it("are of answers to other methods as well", async () => {
    const path = serve("plain", tagged);
    const reply = await ask(path + MASK, { method: "POST", body: "x" });
    expect(reply.text()).toBe(TRIMMED);
    expect(lastAsked(path).body().toString()).toBe("x");
  });

  it("are asked for by a GET with a body as by one without", async () => {
    for (const folder of ["plain", "cached", "secret"]) {
      const path = serve(folder, tagged);
      for (const method of ["GET", "HEAD"]) {
        const reply = await ask(`${path}?fields=name`, { method, body: "x" });
        expect([reply.status, reply.text()]).toEqual([200, method === "GET" ? '{"name":"n"}' : ""]);
      }
    }
  });

  it("are not taken out of errors", async () => {
    const path = serve("plain", { status: 404, fields: [TYPE], body: '{"message":"no"}' });
    expect((await ask(path + MASK)).text()).toBe('{"message":"no"}');
  });
});

describe("what is not trimmed", () => {
  it.each<[string, Parameters<typeof serve>[1], string]>([
    ["text", { fields: [["Content-Type", "text/plain"]], body: "{}" }, "not-json"],
    ["without a type", { body: "{}" }, "not-json"],
    ["malformed", { fields: [TYPE], body: '{"id":1' }, "malformed"],
    ["not UTF-8", { fields: [TYPE], body: Uint8Array.of(0x22, 0xe4, 0x22) }, "malformed"],
    ["coded", { fields: [TYPE, ["Content-Encoding", "gzip"]], body: gzipSync(BODY) }, "encoded"],
    ["too large", { fields: [TYPE], body: `"${"x".repeat(1_100)}"` }, "too-large"],
    ["too deep", { fields: [TYPE], body: `${"[".repeat(70)}${"]".repeat(70)}` }, "malformed"],
  ])("is whole, byte for byte, and says why: %s", async (_, answering, reason) => {
    const path = serve("plain", {
      ...answering,
      fields: [...("fields" in answering ? (answering.fields ?? []) : []), ["ETag", '"v1"']],
    });
    const trimmed = await ask(path + MASK);
    const whole = await ask(path);
    expect(trimmed.field("X-Fields-Ignored")).toBe(reason);
    expect(trimmed.body).toEqual(whole.body);
    expect(trimmed.field("ETag")).toBe('"v1"');
    expect(whole.field("X-Fields-Ignored")).toBeUndefined();
  });

  it("streams on when it turns out too large without saying so before", async () => {
    const pieces = async function* () {
      yield '"';
      for (let at = 0; at < 100; at += 1) yield "x".repeat(1_000);
      yield '"';
    };
    const path = serve("plain", () => ({ fields: [TYPE], body: pieces() }));
    const reply = await ask(path + MASK);
    expect(reply.text()).toBe(`"${"x".repeat(100_000)}"`);
    expect(reply.field("X-Fields-Ignored")).toBe("too-large");
  });

  it("is asked for without a coding, so that it seldom is one", async () => {
    const path = serve("plain", tagged);
    await ask(path + MASK, { fields: [["Accept-Encoding", "gzip, br"]] });
    expect(lastAsked(path).field("Accept-Encoding")).toBe("identity");
    await ask(path, { fields: [["Accept-Encoding", "gzip, br"]] });
    expect(lastAsked(path).field("Accept-Encoding")).toContain("gzip");
  });
});

describe.each(["cached", "plain"])("a representation of its own (%s)", (folder) => {
  it("has an entity tag of its own for each mask, as strong as the whole's", async () => {
    const path = serve(folder, tagged);
    const tags = await Promise.all(
      ["", MASK, "?fields=id", "?fields=name"].map(async (query) => (await ask(path + query)).field("ETag")),
    );
    expect(new Set(tags).size).toBe(4);
    expect(tags[0]).toBe('"v1"');
    for (const tag of tags.slice(1)) expect(tag).toMatch(/^"v1-f[0-9a-f]{8}"$/);
    const weak = serve(folder, { ...tagged, fields: [TYPE, ["ETag", 'W/"v1"']] });
    expect((await ask(weak + MASK)).field("ETag")).toMatch(/^W\/"v1-f[0-9a-f]{8}"$/);
    const odd = serve(folder, { ...tagged, fields: [TYPE, ["ETag", "v1"]] });
    expect((await ask(odd + MASK)).field("ETag")).toBeUndefined();
  });

  it("is not modified by its own tag, and by no other", async () => {
    const path = serve(folder, tagged);
    const tag = (await ask(path + MASK)).field("ETag") ?? "";
    const other = (await ask(`${path}?fields=id`)).field("ETag") ?? "";
    const given = async (value: string, method = "GET") =>
      await ask(path + MASK, { method, fields: [["If-None-Match", value]] });
    const kept = await given(tag);
    expect([kept.status, kept.body.length, kept.field("ETag")]).toEqual([304, 0, tag]);
    expect(kept.field("Content-Length") ?? "0").toBe("0");
    expect((await given(`"x", W/${tag}`)).status).toBe(304);
    expect((await given("*")).status).toBe(304);
    expect((await given(tag, "HEAD")).status).toBe(304);
    for (const value of [other, '"v1"', 'W/"v1"', '"x"']) {
      const reply = await given(value);
      expect([reply.status, reply.text()]).toEqual([200, TRIMMED]);
    }
    expect((await ask(path, { fields: [["If-None-Match", tag]] })).text()).toBe(
      folder === "cached" ? BODY : BODY,
    );
  });

  it("is not modified since its date, unless a tag says otherwise", async () => {
    const path = serve(folder, tagged);
    const since = ["If-Modified-Since", "Mon, 02 Nov 2026 10:00:00 GMT"] as const;
    expect((await ask(path + MASK, { fields: [since] })).status).toBe(304);
    expect((await ask(path + MASK, { fields: [since, ["If-None-Match", '"v1"']] })).status).toBe(200);
    const before = ["If-Modified-Since", "Sun, 01 Nov 2026 10:00:00 GMT"] as const;
    expect((await ask(path + MASK, { fields: [before] })).status).toBe(200);
  });

  it("has no parts", async () => {
    const path = serve(folder, tagged);
    const range = ["Range", "bytes=0-3"] as const;
    const tag = (await ask(path + MASK)).field("ETag") ?? "";
    for (const fields of [[range], [range, ["If-Range", tag]], [range, ["If-Range", '"v1"']]] as const) {
      const reply = await ask(path + MASK, { fields });
      expect([reply.status, reply.text(), reply.field("Accept-Ranges")]).toEqual([200, TRIMMED, undefined]);
    }
  });

  it("has the same head by HEAD, but for the length that only trimming tells", async () => {
    const path = serve(folder, tagged);
    const get = await ask(path + MASK);
    const head = await ask(path + MASK, { method: "HEAD" });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.field("ETag")).toBe(get.field("ETag"));
    expect(head.field("Content-Type")).toBe(get.field("Content-Type"));
    expect(head.field("Content-Length")).toBeUndefined();
  });

  it("is named by If-Match as the whole is", async () => {
    const path = serve(folder, tagged);
    const tag = (await ask(path + MASK)).field("ETag") ?? "";
    await ask(path, { method: "PUT", body: "x", fields: [["If-Match", tag]] });
    expect(lastAsked(path).field("If-Match")).toBe('"v1"');
  });
});

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

  it("never crashed anything", () => {
    expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
  });
});
