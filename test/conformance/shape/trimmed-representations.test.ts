// A trimmed answer is a representation of its own: its entity tags, conditions, ranges and HEAD.

import { describe, expect, it } from "vitest";
import { BODY, MASK, startFieldsStand, tagged, TRIMMED, TYPE } from "../support/fields-stand.ts";

const { ask, serve, lastAsked } = await startFieldsStand();

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
