// Range requests answered from a stored body (RFC 9110 section 14, RFC 9111 section 3.3): one range, several, none; however
// the body came. The cache stores no parts.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { control, dateIn, isHit, startCacheStand, statusOf } from "../support/cache-stand.ts";
import type { Reply } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";

const { serve, ask, asked, untilHit } = await startCacheStand([{ path: "/says/*", cache: {} }]);

const FRESH = control("max-age=60");

const TEN = "0123456789";
const VALIDATORS: Fields = [
  ["ETag", '"v1"'],
  ["Last-Modified", dateIn(-1_000)],
];

describe("Range", () => {
  const stated = serve("says", {
    fields: [...FRESH, ...VALIDATORS, ["Content-Type", "text/x-ten"]],
    body: TEN,
  });
  const chunked = serve("says", () => ({
    fields: [...FRESH, ...VALIDATORS],
    body: inPieces(Buffer.from(TEN)),
  }));

  function askRange(path: string, range: string, ...fields: Fields): Promise<Reply> {
    return ask(path, { fields: [["Range", range], ...fields] });
  }

  it.each([
    ["stated", stated],
    ["chunked", chunked],
  ])("a range is cut from a stored body whose length was %s", async (_, path) => {
    await untilHit(path);
    for (const [range, contentRange, body] of [
      ["bytes=2-4", "bytes 2-4/10", "234"],
      ["bytes=0-0", "bytes 0-0/10", "0"],
      ["bytes=7-", "bytes 7-9/10", "789"],
      ["bytes=-3", "bytes 7-9/10", "789"],
      ["bytes=-99", "bytes 0-9/10", TEN],
      ["bytes=8-99", "bytes 8-9/10", "89"],
      ["BYTES=1-1", "bytes 1-1/10", "1"],
      ["bytes=0-1,20-30", "bytes 0-1/10", "01"],
      ["bytes=0-3,2-5", "bytes 0-5/10", "012345"],
    ] as const) {
      const reply = await askRange(path, range);
      expect([reply.status, reply.field("Content-Range"), reply.text()]).toEqual([206, contentRange, body]);
      expect([reply.field("Content-Length"), isHit(reply)]).toEqual([String(body.length), true]);
    }
    expect(asked(path)).toBe(1);
  });

  it.each([
    ["stated", stated],
    ["chunked", chunked],
  ])("several ranges make a multipart answer from a stored body whose length was %s", async (_, path) => {
    await untilHit(path);
    const reply = await askRange(path, "bytes=0-1, 4-5 ,-2");
    const [, boundary = ""] =
      /^multipart\/byteranges; boundary=(\w+)$/.exec(reply.field("Content-Type") ?? "") ?? [];
    const parts = reply.text().split(`--${boundary}`);
    expect(parts[0]).toBe("");
    expect(parts.at(-1)).toBe("--\r\n");
    const seen = parts.slice(1, -1).map((part) => {
      const [head = "", body = ""] = part.split("\r\n\r\n");
      return [/^Content-Range: (.*)$/m.exec(head)?.[1]?.trim(), body.trim()];
    });
    expect(seen).toEqual([
      ["bytes 0-1/10", "01"],
      ["bytes 4-5/10", "45"],
      ["bytes 8-9/10", "89"],
    ]);
    expect([reply.status, reply.field("Content-Range")]).toEqual([206, undefined]);
    expect([reply.field("Content-Length"), isHit(reply)]).toEqual([String(reply.body.length), true]);
    if (path === stated) expect(reply.text().match(/Content-Type: text\/x-ten/g)).toHaveLength(3);
  });

  it.each(["bytes=10-", "bytes=-0", "bytes=10-10, 99-"])(
    "a range beyond the end is a 416: %s",
    async (range) => {
      await untilHit(stated);
      const reply = await askRange(stated, range);
      expect([reply.status, reply.field("Content-Range"), reply.text()]).toEqual([416, "bytes */10", ""]);
    },
  );

  it.each([
    "bytes=4-2",
    "bytes=a-b",
    "bytes=-",
    "bytes=",
    "items=0-1",
    "0-1",
    `bytes=${Array.from({ length: 17 }, (_, at) => `${at}-${at}`).join(",")}`,
  ])("a range that cannot be read, or too many, is ignored: %s", async (range) => {
    await untilHit(stated);
    const reply = await askRange(stated, range);
    expect([reply.status, reply.text()]).toEqual([200, TEN]);
  });

  it("If-Range lets a range through for exactly what is stored, by a strong tag or the date", async () => {
    const { field } = await untilHit(stated);
    const modified = field("Last-Modified") ?? "";
    for (const [condition, status] of [
      ['"v1"', 206],
      [modified, 206],
      ['W/"v1"', 200],
      ['"v2"', 200],
      [dateIn(-500), 200],
      ["nonsense", 200],
    ] as const) {
      const reply = await askRange(stated, "bytes=2-4", ["If-Range", condition]);
      expect([condition, reply.status, reply.text()]).toEqual([
        condition,
        status,
        status === 206 ? "234" : TEN,
      ]);
    }
  });

  it("If-Range by the date does not cut what has a weak tag", async () => {
    const modified = dateIn(-1_000);
    const fields: Fields = [
      ["ETag", 'W/"v1"'],
      ["Last-Modified", modified],
    ];
    const path = serve("says", { fields: [...FRESH, ...fields], body: TEN });
    await untilHit(path);
    expect((await askRange(path, "bytes=2-4", ["If-Range", modified])).status).toBe(200);
    expect((await askRange(path, "bytes=2-4")).status).toBe(206);
  });

  it("a range of an encoded answer is one of its bytes as they came, on the first answer and from the store", async () => {
    const body = gzipSync("0123456789".repeat(50), { level: 1 });
    const fields: Fields = [...FRESH, ...VALIDATORS, ["Content-Encoding", "gzip"]];
    const path = serve("says", { fields, body });
    const [first, stored] = [await ask(path), await untilHit(path)];
    for (const { body: whole, field } of [first, stored]) {
      expect(whole.equals(body)).toBe(true);
      expect([field("ETag"), field("Content-Length")]).toEqual(['"v1"', String(body.length)]);
    }
    for (const condition of ['"v1"', stored.field("Last-Modified") ?? ""]) {
      const part = await askRange(path, "bytes=5-9", ["If-Range", condition]);
      expect([part.status, part.field("Content-Encoding")]).toEqual([206, "gzip"]);
      expect(part.body.equals(body.subarray(5, 10))).toBe(true);
    }
    expect(asked(path)).toBe(1);
  });

  it("Range has no say over HEAD, over other statuses, or before the client's conditions", async () => {
    await untilHit(stated);
    const head = await ask(stated, { method: "HEAD", fields: [["Range", "bytes=0-1"]] });
    expect([head.status, head.field("Content-Length")]).toEqual([200, "10"]);
    const matching = await askRange(stated, "bytes=0-1", ["If-None-Match", '"v1"']);
    expect(matching.status).toBe(304);
    const missing = serve("says", { status: 404, fields: FRESH, body: TEN });
    await untilHit(missing);
    expect([(await askRange(missing, "bytes=0-1")).status, asked(missing)]).toEqual([404, 1]);
  });

  it("a part from the origin is passed on and not stored", async () => {
    const path = serve("says", ({ field }) => {
      const isPart = field("Range") !== undefined;
      const part: Fields = [["Content-Range", "bytes 0-1/10"]];
      return {
        status: isPart ? 206 : 200,
        fields: [...FRESH, ...(isPart ? part : [])],
        body: isPart ? "01" : TEN,
      };
    });
    for (let time = 0; time < 2; time += 1) {
      const reply = await askRange(path, "bytes=0-1");
      expect([reply.status, reply.text(), statusOf(reply)["fwd"]]).toEqual([206, "01", "uri-miss"]);
    }
    expect((await ask(path)).text()).toBe(TEN);
    expect(asked(path)).toBe(3);
  });

  it("a range is not cut from a body that is still coming", async () => {
    const released = Promise.withResolvers<void>();
    const path = serve("says", ({ field }) => {
      if (field("Range") === undefined)
        return { fields: [...FRESH, ["Content-Length", "10"]], body: inHalves(released.promise) };
      return { status: 206, fields: [["Content-Range", "bytes 2-6/10"]], body: "23456" };
    });
    const whole = ask(path);
    for (let time = 1; time <= 5; time += 1) {
      const reply = await askRange(path, "bytes=2-6");
      expect([reply.status, reply.text(), isHit(reply)]).toEqual([206, "23456", false]);
    }
    released.resolve();
    expect((await whole).text()).toBe(TEN);
    await untilHit(path);
    expect([(await askRange(path, "bytes=2-6")).text(), asked(path)]).toEqual(["23456", 6]);
  });

  it("a range of what is stale is cut from the stored body when the origin confirms it", async () => {
    const path = serve("says", ({ field }) => {
      const fields = control("max-age=0", ...VALIDATORS);
      return field("If-None-Match") === '"v1"' ? { status: 304, fields } : { fields, body: TEN };
    });
    await ask(path);
    const reply = await askRange(path, "bytes=2-4");
    expect([reply.status, reply.text(), reply.field("Content-Range")]).toEqual([206, "234", "bytes 2-4/10"]);
    expect(statusOf(reply)).toMatchObject({ fwd: "stale", "fwd-status": 304 });
  });
});

async function* inPieces(bytes: Buffer): AsyncGenerator<Buffer> {
  const size = Math.ceil(bytes.length / 5);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function* inHalves(until: Promise<void>): AsyncGenerator<string> {
  yield TEN.slice(0, 5);
  await until;
  yield TEN.slice(5);
}
