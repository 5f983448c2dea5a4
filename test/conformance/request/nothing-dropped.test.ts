// Of what a client sends beside its fields nothing is dropped in silence: an empty query goes on, and the content of a GET,
// which the platform cannot send, is named in the answer.

import { describe, expect, it } from "vitest";
import { startCacheStand, statusOf } from "../support/cache-stand.ts";
import { sendBytes } from "../support/client.ts";

const { origin, gateway, serve, ask, lastAsked, asked } = await startCacheStand([
  { path: "/cached/*", cache: { ttl: "1h" } },
  { path: "/fields/*", fields: true, cache: { ttl: "1h" } },
  { path: "/prefix/*", stripPrefix: "/prefix" },
  { path: "/*" },
]);

describe("an empty query", () => {
  it.each(["open", "cached", "fields"])("goes on below /%s", async (folder) => {
    const path = serve(folder, {});
    for (const target of [`${path}?`, path, `${path}??`]) {
      await ask(target);
      expect(lastAsked(path).target).toBe(target);
    }
  });

  it("goes on behind a prefix that stays here", async () => {
    await ask("/prefix/x?");
    expect(origin.requests("/x").at(-1)?.target).toBe("/x?");
  });

  it("is neither answered from what is stored without one, nor stored as that", async () => {
    const path = serve("cached", {});
    const bodies: string[] = [];
    for (const target of [`${path}?`, path, path, `${path}?`]) bodies.push((await ask(target)).text());
    expect(bodies).toEqual(["answer 1", "answer 2", "answer 2", "answer 3"]);
    expect(statusOf(await ask(`${path}?`))).toMatchObject({ fwd: "bypass" });
  });
});

describe("the content of a GET or a HEAD", () => {
  it.each([
    ["GET", "open"],
    ["HEAD", "open"],
    ["GET", "cached"],
    ["GET", "fields"],
  ])("%s below /%s goes nowhere, and the answer says so", async (method, folder) => {
    const path = serve(folder, {});
    const reply = await ask(path, { method, body: "content" });
    expect([reply.status, reply.field("X-Content-Ignored")]).toEqual([200, method]);
    expect(lastAsked(path).body().toString()).toBe("");
    expect((await ask(path, { method })).field("X-Content-Ignored")).toBeUndefined();
  });

  it("of unknown length does too", async () => {
    const head =
      "GET /open/chunked HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n";
    const { status, text } = await sendBytes(gateway, `${head}3\r\nabc\r\n0\r\n\r\n`);
    expect([status, /^X-Content-Ignored: GET\r$/m.test(text)]).toEqual([200, true]);
  });

  it("is none where its length is 0, and other methods' goes on", async () => {
    const path = serve("open", {});
    expect(
      (await ask(path, { fields: [["Content-Length", "0"]] })).field("X-Content-Ignored"),
    ).toBeUndefined();
    expect((await ask(path, { method: "POST", body: "x" })).field("X-Content-Ignored")).toBeUndefined();
    expect([lastAsked(path).body().toString(), asked(path)]).toEqual(["x", 2]);
  });
});
