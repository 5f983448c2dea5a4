// What a stored answer is made of and how it is given out: its fields (RFC 9111 section 3.1), its body, and HEAD. Range has
// its own file.

import { createHash } from "node:crypto";
import { brotliCompressSync, gunzipSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { control, isHit, startCacheStand } from "../support/cache-stand.ts";
import type { Fields } from "../support/fields.ts";

const { origin, serve, ask, asked, untilHit } = await startCacheStand([
  { path: "/says/*", cache: {} },
  { path: "/strip/*", cache: { setCookie: "strip" } },
]);

const FRESH = control("max-age=60");

describe("the stored fields", () => {
  it("every field is stored, unknown ones and repeated ones included", async () => {
    const fields: Fields = [
      ...FRESH,
      ["X-Unknown", "1"],
      ["X-Twice", "a"],
      ["X-Twice", "b"],
      ["Link", "</a>; rel=x"],
      ["Content-Type", "text/x-test; charset=x"],
      ["Content-Language", "nl"],
      ["ETag", '"v1"'],
      ["X-Bytes", "\u00c3\u00a9 and more"],
    ];
    const path = serve("says", { fields });
    const [missed, hit] = [await ask(path), await untilHit(path)];
    for (const [name] of fields) expect([name, hit.field(name)]).toEqual([name, missed.field(name)]);
    expect([hit.field("X-Twice"), hit.field("X-Unknown")]).toEqual(["a, b", "1"]);
  });

  it.each([
    ["Connection", "X-Hop"],
    ["X-Hop", "hop"],
    ["Keep-Alive", "timeout=5"],
    ["Proxy-Authenticate", "Basic"],
    ["Proxy-Authentication-Info", "a=b"],
    ["Proxy-Authorization", "Basic eA=="],
    ["Upgrade", "h2c"],
  ])("a field of the connection or of a proxy is not stored: %s", async (name, value) => {
    const hop: Fields = name === "X-Hop" ? [["Connection", "X-Hop"]] : [];
    const hit = await untilHit(serve("says", { fields: [...FRESH, ...hop, [name, value]] }));
    expect(hit.fields.filter(([, found]) => found === value)).toEqual([]);
  });

  it("trailers are discarded, never made header fields", async () => {
    origin.serve("/says/trailers", {
      raw:
        "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nTrailer: X-Late\r\nTransfer-Encoding: chunked\r\n\r\n" +
        "4\r\nbody\r\n0\r\nX-Late: 1\r\n\r\n",
      ending: "close",
    });
    const hit = await untilHit("/says/trailers");
    expect([hit.text(), hit.field("X-Late"), hit.field("Trailer")]).toEqual(["body", undefined, undefined]);
  });

  it.each([
    ['private="X-User"', ["X-User"]],
    ['PRIVATE="x-user, X-Other"', ["X-User", "X-Other"]],
    ["private=X-User", ["X-User"]],
    ['no-cache="X-User"', ["X-User"]],
    ['no-cache="X-User,x-other", private="Set-Cookie"', ["X-User", "X-Other", "Set-Cookie"]],
  ])(
    "fields that the origin names in private and no-cache are not stored, the rest is: %s",
    async (value, dropped) => {
      const fields: Fields = [
        ["X-User", "ann"],
        ["X-Other", "1"],
        ["X-Kept", "1"],
      ];
      const cookie: Fields = dropped.includes("Set-Cookie") ? [["Set-Cookie", "a=1"]] : [];
      const path = serve("says", { fields: [...control(`max-age=60, ${value}`), ...fields, ...cookie] });
      const [missed, hit] = [await ask(path), await untilHit(path)];
      expect(missed.field("X-User")).toBe("ann");
      expect(hit.field("X-Kept")).toBe("1");
      const missing = ["X-User", "X-Other", "Set-Cookie"].filter((name) => hit.field(name) === undefined);
      expect(missing).toEqual(expect.arrayContaining(dropped));
    },
  );

  it("Set-Cookie is stripped where the route says so", async () => {
    const fields: Fields = [...FRESH, ["Set-Cookie", "a=1"], ["Set-Cookie", "b=2"]];
    const path = serve("strip", { fields });
    expect((await ask(path)).lines("Set-Cookie")).toEqual(["a=1", "b=2"]);
    const hit = await untilHit(path);
    expect([hit.text(), hit.lines("Set-Cookie")]).toEqual(["answer 1", []]);
  });

  it.each([
    "RateLimit",
    "RateLimit-Policy",
    "RateLimit-Reset",
    "X-RateLimit-Remaining",
    "X-Rate-Limit-Limit",
    "Retry-After",
  ])("a rate-limit field is not stored: %s", async (name) => {
    const path = serve("says", { fields: [...FRESH, [name, "7"]] });
    expect((await ask(path)).field(name)).toBe("7");
    expect((await untilHit(path)).field(name)).toBeUndefined();
  });
});

describe("an interim response", () => {
  it.each([100, 102, 103])(
    "before the answer is not stored, and neither are its fields: %i",
    async (status) => {
      const path = `/says/interim-${status}`;
      const interim = `HTTP/1.1 ${status} Interim\r\nLink: </a.css>; rel=preload\r\nX-Interim: 1\r\n\r\n`;
      const final = "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nContent-Length: 5\r\n\r\nfinal";
      origin.serve(path, { raw: interim + final, ending: "close" });
      await ask(path);
      const hit = await untilHit(path);
      expect([hit.status, hit.text()]).toEqual([200, "final"]);
      expect([hit.field("Link"), hit.field("X-Interim"), asked(path)]).toEqual([undefined, undefined, 1]);
    },
  );
});

describe("the body", () => {
  it.each([
    ["before its Content-Length", "Content-Length: 9\r\n\r\npart"],
    ["before its last chunk", "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"],
  ])("a body that breaks off is not stored, and nobody waits for it: %s", async (name, rest) => {
    const path = `/says/cut-${name.length}`;
    origin.serve(path, { raw: `HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n${rest}`, ending: "close" });
    await expect(ask(path)).rejects.toThrow();
    origin.serve(path, { fields: FRESH, body: "whole" });
    expect((await ask(path)).text()).toBe("whole");
    expect((await untilHit(path)).text()).toBe("whole");
  });

  it.each(["gzip", "br", "gzip, br", "deflate", "GZIP", "zstd", "x-own"])(
    "a coding is no business of ours, the bytes go through as they came: %s",
    async (encoding) => {
      const text = "as it is, as it is, as it is";
      const body = encoding === "br" ? brotliCompressSync(text) : gzipSync(text, { level: 1 });
      const fields: Fields = [
        ...control("max-age=60, no-transform"),
        ["Content-Encoding", encoding],
        ["Content-Digest", `sha-256=:${createHash("sha256").update(body).digest("base64")}:`],
        ["ETag", '"v1"'],
      ];
      const path = serve("says", { fields, body });
      const chunked = serve("says", () => ({ fields, body: inPieces(body) }));
      for (const reply of [
        await ask(path),
        await untilHit(path),
        await ask(chunked),
        await untilHit(chunked),
      ]) {
        expect(reply.body.equals(body)).toBe(true);
        const kept = ["Content-Encoding", "Content-Digest", "ETag"].map((name) => reply.field(name));
        expect(kept).toEqual([encoding, fields[2]?.[1], '"v1"']);
      }
    },
  );

  it("a body of every kind comes out as it went in", async () => {
    const large = Buffer.alloc(300_000, "0123456789");
    const pieces = serve("says", () => ({ fields: FRESH, body: inPieces(large) }));
    const encoded = serve("says", {
      fields: [...FRESH, ["Content-Encoding", "gzip"]],
      body: gzipSync(large),
    });
    for (const path of [pieces, encoded, serve("says", { fields: FRESH, body: large })]) {
      for (const reply of [await ask(path), await untilHit(path)]) {
        const isEncoded = reply.field("Content-Encoding") === "gzip";
        expect((isEncoded ? gunzipSync(reply.body) : reply.body).equals(large)).toBe(true);
      }
      expect(asked(path)).toBe(1);
    }
    const empty = await untilHit(serve("says", { fields: FRESH, body: "" }));
    expect([empty.status, empty.body.length, isHit(empty)]).toEqual([200, 0, true]);
  });
});

describe("HEAD", () => {
  it("HEAD is answered from a stored GET, with its fields and without its body", async () => {
    const path = serve("says", { fields: [...FRESH, ["ETag", '"v1"'], ["X-Kept", "1"]], body: "0123456789" });
    const got = await untilHit(path);
    const reply = await ask(path, { method: "HEAD" });
    expect([reply.status, reply.body.length, isHit(reply), asked(path)]).toEqual([200, 0, true, 1]);
    for (const name of ["ETag", "X-Kept", "Content-Length", "Cache-Control", "Date"])
      expect([name, reply.field(name)]).toEqual([name, got.field(name)]);
    expect(reply.field("Age")).toBeDefined();
  });
});

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  const size = Math.ceil(bytes.length / 5);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
