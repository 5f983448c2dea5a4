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

  it("never crashed anything", () => {
    expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
  });
});
