// Fields that a client asks for: on a miss and on a hit, and where the answer is left whole.

import { buffer } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { isHit } from "../support/cache-stand.ts";
import { open } from "../support/client.ts";
import { BODY, MASK, startFieldsStand, tagged, TRIMMED, TYPE } from "../support/fields-stand.ts";
import type { HttpAnswer } from "../support/origin.ts";

const { gateway, ask, serve, asked, lastAsked, untilHit } = await startFieldsStand();

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
  it.each<[string, HttpAnswer, string]>([
    ["text", { fields: [["Content-Type", "text/plain"]], body: "{}" }, "not-json"],
    ["without a type", { body: "{}" }, "not-json"],
    ["malformed", { fields: [TYPE], body: '{"id":1' }, "malformed"],
    ["not UTF-8", { fields: [TYPE], body: Uint8Array.of(0x22, 0xe4, 0x22) }, "malformed"],
    ["coded", { fields: [TYPE, ["Content-Encoding", "gzip"]], body: gzipSync(BODY) }, "encoded"],
    ["too large", { fields: [TYPE], body: `"${"x".repeat(1_100)}"` }, "too-large"],
    ["too deep", { fields: [TYPE], body: `${"[".repeat(70)}${"]".repeat(70)}` }, "malformed"],
  ])("is whole, byte for byte, and says why: %s", async (_, { fields = [], ...answer }, reason) => {
    const path = serve("plain", { ...answer, fields: [...fields, ["ETag", '"v1"']] });
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

  it("passes on when it does not come in time", async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const pieces = async function* () {
      yield '{"id":1,';
      await promise;
      yield '"name":2}';
    };
    const path = serve("slow", () => ({ fields: [TYPE], body: pieces() }));
    const { status, field, stream, sentAtMs, answeredAtMs } = await open(gateway, path + MASK);
    expect([status, field("X-Fields-Ignored")]).toEqual([200, "too-slow"]);
    expect(answeredAtMs - sentAtMs).toBeLessThan(2_000);
    resolve(undefined);
    expect((await buffer(stream)).toString()).toBe('{"id":1,"name":2}');
  });

  it("is a 504 where something is dropped from it", async () => {
    const pieces = async function* () {
      yield '{"password":';
      await wait(5_000, undefined, { ref: false });
    };
    const reply = await ask(serve("slow-secret", () => ({ fields: [TYPE], body: pieces() })));
    expect([reply.status, reply.json()["code"]]).toEqual([504, "origin-timeout"]);
  });

  it("is asked for without a coding, so that it seldom is one", async () => {
    const path = serve("plain", tagged);
    await ask(path + MASK, { fields: [["Accept-Encoding", "gzip, br"]] });
    expect(lastAsked(path).field("Accept-Encoding")).toBe("identity");
    await ask(path, { fields: [["Accept-Encoding", "gzip, br"]] });
    expect(lastAsked(path).field("Accept-Encoding")).toContain("gzip");
  });
});

it("never crashed anything", () => {
  expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
});
