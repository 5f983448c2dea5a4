// Content codings (RFC 9110 sections 8.4 and 12.5.3): the origin is asked for those that the client takes, although the
// platform writes its own Accept-Encoding over every client's. Who sends none gets none.

import { once } from "node:events";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { open, send, type Reply } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import type { HttpAnswer, RecordedRequest } from "../support/origin.ts";
import { startStand } from "../support/stand.ts";

const { origin, gateway } = await startStand({
  policies: {},
  routes: [
    { path: "/cached/*", cache: {} },
    { path: "/*", methods: ["GET", "POST"] },
  ],
});

const TEXT = "the same text, again and again and again and again";
/** The last that it can do of those that are asked for, as servers do that are left the choice. */
const CODERS = { gzip: gzipSync, br: brotliCompressSync };

function negotiate({ field }: RecordedRequest): HttpAnswer {
  const asked = field("Accept-Encoding") ?? "gzip";
  const coding = (["br", "gzip"] as const).find((name) => asked.includes(name));
  const fields: Fields = [
    ["Content-Type", "text/plain"],
    ["Vary", "Accept-Encoding"],
    ["Cache-Control", "max-age=60"],
  ];
  if (coding === undefined) return { fields, body: TEXT };
  return { fields: [...fields, ["Content-Encoding", coding]], body: CODERS[coding](TEXT) };
}

const ask = (path: string, codings: string | undefined): Promise<Reply> =>
  send(gateway, path, { fields: codings === undefined ? [] : [["Accept-Encoding", codings]] });

describe("a client's Accept-Encoding", () => {
  it.each([
    [undefined, "identity"],
    ["", "identity"],
    ["identity", "identity"],
    ["gzip", "gzip"],
    ["br;q=0.5, zstd", "br;q=0.5, zstd"],
    ["gzip, deflate, br, zstd", "gzip, deflate, br, zstd"],
    ["br, gzip", "br, gzip"],
    ["*", "*"],
  ])("%j reaches the origin as %j", async (sent, seen) => {
    const path = `/asked/${encodeURIComponent(String(sent))}`;
    await ask(path, sent);
    expect(origin.requests(path).map(({ lines }) => lines("Accept-Encoding"))).toEqual([[seen]]);
  });

  it("reaches it with a request that has content, too", async () => {
    await send(gateway, "/posted", { method: "POST", body: "content" });
    expect(origin.requests("/posted").map(({ lines }) => lines("Accept-Encoding"))).toEqual([["identity"]]);
  });

  it.each([undefined, "", "identity"])("%j gets a body without a coding", async (sent) => {
    origin.serve("/negotiated", negotiate);
    const reply = await ask("/negotiated", sent);
    expect([reply.field("Content-Encoding"), reply.text()]).toEqual([undefined, TEXT]);
    expect(reply.field("Content-Length")).toBe(String(TEXT.length));
  });

  it("gets the coding that it names, byte for byte", async () => {
    origin.serve("/negotiated", negotiate);
    const reply = await ask("/negotiated", "gzip");
    expect(reply.field("Content-Encoding")).toBe("gzip");
    expect(reply.body.equals(gzipSync(TEXT))).toBe(true);
  });
});

describe("a stored answer", () => {
  it("without a coding is one for all, whatever they take", async () => {
    origin.serve("/cached/plain", negotiate);
    for (const codings of ["gzip, deflate, br", undefined, "br"]) {
      const reply = await ask("/cached/plain", codings);
      if (reply.field("Content-Encoding") === undefined) expect(reply.text()).toBe(TEXT);
    }
    expect(origin.requests("/cached/plain")).toHaveLength(1);
  });

  it("with one that the origin chose all the same is not for who did not ask for it", async () => {
    origin.serve("/cached/stubborn", () => ({
      fields: [
        ["Content-Type", "text/plain"],
        ["Vary", "Accept-Encoding"],
        ["Cache-Control", "max-age=60"],
        ["Content-Encoding", "gzip"],
      ],
      body: gzipSync(TEXT),
    }));
    for (const codings of ["gzip", undefined, "gzip"]) await ask("/cached/stubborn", codings);
    expect(origin.requests("/cached/stubborn")).toHaveLength(2);
  });
});

describe.each([undefined, "gzip, br"])("with Accept-Encoding %j a stream of events", (codings) => {
  it.each(["/events", "/cached/events"])("comes piece by piece: %s", async (path) => {
    let release: (() => void) | undefined;
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    origin.serve(path, {
      fields: [["Content-Type", "text/event-stream"]],
      body: (async function* events() {
        yield "data: first\n\n";
        await gate;
        yield "data: last\n\n";
      })(),
    });
    const fields: Fields = codings === undefined ? [] : [["Accept-Encoding", codings]];
    const { stream, field } = await open(gateway, path, { fields });
    const [first] = (await once(stream, "data")) as [Buffer];
    expect([field("Content-Encoding"), first.toString()]).toEqual([undefined, "data: first\n\n"]);
    release?.();
    const rest: string[] = [];
    for await (const piece of stream as AsyncIterable<Buffer>) rest.push(piece.toString());
    expect(rest.join("")).toBe("data: last\n\n");
  });
});
