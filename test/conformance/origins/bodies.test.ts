// Bodies, statuses and methods pass as they are: whole, empty, encoded, partial, in pieces as they come. Large ones
// have their own file.

import { once } from "node:events";
import { PassThrough } from "node:stream";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { open, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const { origin, gateway } = await startStand({ policies: {}, routes: [{ path: "/*" }] });

const ALL_BYTES = Buffer.from(Array.from({ length: 1_024 }, (_, at) => at % 256));

describe("a request", () => {
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND", "REPORT", "PURGE", "LOCK"];

  it.each(methods)("of method %s arrives with its method, query and body", async (method) => {
    const path = `/method/${method}`;
    const hasBody = method !== "GET" && method !== "OPTIONS";
    const reply = await send(gateway, `${path}?a=1&a=2&b=%20x`, { method, body: hasBody ? ALL_BYTES : "" });
    const [request] = origin.requests(path);
    expect([reply.status, request?.method, request?.target]).toEqual([200, method, `${path}?a=1&a=2&b=%20x`]);
    expect(request?.body().equals(hasBody ? ALL_BYTES : Buffer.alloc(0))).toBe(true);
  });

  it("arrives while it is still being sent", async () => {
    const body = new PassThrough();
    body.write("first");
    const reply = send(gateway, "/streamed", { method: "POST", body });
    const request = await until("the first piece", () =>
      origin.requests("/streamed").find((one) => one.bodyBytes() > 0),
    );
    expect(request.body().toString()).toBe("first");
    body.end(" and last");
    expect((await reply).status).toBe(200);
    expect(request.body().toString()).toBe("first and last");
  });

  it("keeps its Content-Length when it has one", async () => {
    await send(gateway, "/length", { method: "POST", body: "12345" });
    const [request] = origin.requests("/length");
    expect([request?.field("Content-Length"), request?.field("Transfer-Encoding")]).toEqual(["5", undefined]);
  });

  it("with an empty body arrives as an empty body", async () => {
    await send(gateway, "/empty", { method: "POST", fields: [["Content-Length", "0"]] });
    expect(origin.requests("/empty")[0]?.bodyBytes()).toBe(0);
  });

  it("with an encoded body arrives encoded", async () => {
    const body = gzipSync("hello");
    await send(gateway, "/encoded", { method: "POST", body, fields: [["Content-Encoding", "gzip"]] });
    const [request] = origin.requests("/encoded");
    expect([request?.field("Content-Encoding"), request?.body().equals(body)]).toEqual(["gzip", true]);
  });
});

describe("a request that the origin refuses before its end", () => {
  it("is answered at once", async () => {
    origin.serve("/refused", {
      raw: "HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
      ending: "stall",
    });
    const body = new PassThrough();
    body.write("the start of something large");
    const { status, stream } = await open(gateway, "/refused", { method: "POST", body });
    stream.on("error", () => stream.destroy());
    stream.destroy();
    expect(status).toBe(413);
  });
});

describe("a response", () => {
  const statuses = [
    200, 201, 202, 203, 207, 300, 400, 401, 403, 404, 409, 410, 418, 422, 451, 500, 501, 503, 511, 599,
  ];

  it.each(statuses)("of status %i passes with its body", async (status) => {
    origin.serve(`/status/${status}`, {
      status,
      body: ALL_BYTES,
      fields: [["Content-Type", "application/x-bytes"]],
    });
    const reply = await send(gateway, `/status/${status}`);
    expect([reply.status, reply.body.equals(ALL_BYTES)]).toEqual([status, true]);
    expect(reply.field("Content-Type")).toBe("application/x-bytes");
  });

  it.each([204, 304])("of status %i has no body, and no length that promises one", async (status) => {
    origin.serve(`/bodiless/${status}`, { status, fields: [["ETag", '"x"']] });
    const reply = await send(gateway, `/bodiless/${status}`, { fields: [["If-None-Match", '"x"']] });
    expect([reply.status, reply.body.length, reply.field("ETag")]).toEqual([status, 0, '"x"']);
    expect(reply.field("Transfer-Encoding")).toBeUndefined();
    if (status === 204) expect(reply.field("Content-Length")).toBeUndefined();
  });

  it("to HEAD has the fields of GET, its Content-Length too, and no body", async () => {
    origin.serve("/head", { body: "x".repeat(1_234), fields: [["ETag", '"h"']] });
    const reply = await send(gateway, "/head", { method: "HEAD" });
    expect([reply.status, reply.body.length, reply.field("ETag")]).toEqual([200, 0, '"h"']);
    expect(reply.field("Content-Length")).toBe("1234");
    expect(origin.requests("/head").map(({ method }) => method)).toEqual(["HEAD"]);
  });

  it("keeps its Content-Length", async () => {
    origin.serve("/content-length", { body: "12345" });
    expect((await send(gateway, "/content-length")).field("Content-Length")).toBe("5");
  });

  it("to Range passes as the part that it is", async () => {
    origin.serve("/range", ({ field }) => ({
      status: 206,
      fields: [
        ["Content-Range", "bytes 2-5/10"],
        ["Accept-Ranges", "bytes"],
      ],
      body: `${field("Range")} ${field("If-Range")}`,
    }));
    const reply = await send(gateway, "/range", {
      fields: [
        ["Range", "bytes=2-5"],
        ["If-Range", '"e"'],
      ],
    });
    expect([reply.status, reply.text()]).toEqual([206, 'bytes=2-5 "e"']);
    expect([reply.field("Content-Range"), reply.field("Accept-Ranges")]).toEqual(["bytes 2-5/10", "bytes"]);
  });

  it("of 416 passes with its Content-Range", async () => {
    origin.serve("/unsatisfiable", { status: 416, fields: [["Content-Range", "bytes */10"]] });
    const reply = await send(gateway, "/unsatisfiable", { fields: [["Range", "bytes=50-"]] });
    expect([reply.status, reply.field("Content-Range")]).toEqual([416, "bytes */10"]);
  });

  it.each([
    ["gzip", gzipSync("compressed by the origin")],
    ["br", brotliCompressSync("compressed by the origin")],
  ] as const)("that is encoded with %s passes byte for byte", async (encoding, body) => {
    origin.serve(`/encoding/${encoding}`, { fields: [["Content-Encoding", encoding]], body });
    // Without Accept-Encoding: to any other, the local platform's own front may encode anew.
    const reply = await send(gateway, `/encoding/${encoding}`);
    expect(reply.field("Content-Encoding")).toBe(encoding);
    expect(reply.body.equals(body)).toBe(true);
  });

  it("arrives piece by piece, as the origin sends it", async () => {
    let release: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    origin.serve("/pieces", {
      body: (async function* pieces() {
        yield "first";
        await gate;
        yield " and last";
      })(),
    });
    const { status, stream } = await open(gateway, "/pieces");
    const [first] = (await once(stream, "data")) as [Buffer];
    expect([status, first.toString()]).toEqual([200, "first"]);
    release?.();
    const rest: string[] = [];
    for await (const piece of stream as AsyncIterable<Buffer>) rest.push(piece.toString());
    expect(rest.join("")).toBe(" and last");
  });

  it("whose client goes away is not read to its end", async () => {
    let sent = 0;
    let isCut = false;
    origin.serve("/abandoned", {
      body: (async function* endless() {
        try {
          for (;;) {
            sent += 1;
            yield "x".repeat(65_536);
            await new Promise(setImmediate);
          }
        } finally {
          isCut = true;
        }
      })(),
    });
    const { stream } = await open(gateway, "/abandoned");
    await once(stream, "data");
    stream.destroy();
    await until("the origin to be told", () => isCut);
    expect(sent).toBeGreaterThan(0);
  });
});
