// An origin that is too slow in its body, or altogether. Its head is in origin-failures.test.ts.

import { connect } from "node:net";
import { describe, expect, it } from "vitest";
import { send } from "../support/client.ts";
import { readEvents } from "../support/pool-stand.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const permits = { algorithm: "concurrency", limit: 1, key: "path" };
const tokens = { algorithm: "sliding-window", limit: 1e9, window: "1h", settle: { usage: "openai" } };

const { origin, gateway } = await startStand({
  policies: { permits, tokens: { ...tokens, key: "path" } },
  routes: [
    { path: "/unread/plain", policies: ["permits"], totalTimeout: "400ms" },
    { path: "/unread/with-usage", policies: ["permits", "tokens"], totalTimeout: "400ms" },
    { path: "/unread/with-words", policies: ["permits"], totalTimeout: "400ms", errors: "openai" },
    { path: "/body/*", bodyTimeout: "700ms" },
    { path: "/total/*", totalTimeout: "600ms" },
  ],
});

describe("a response", () => {
  const cutOff = async (path: string): Promise<number> => {
    const sentAtMs = Date.now();
    await expect(send(gateway, path)).rejects.toThrow();
    return Date.now() - sentAtMs;
  };

  it.each([
    ["of stated length", "Content-Length: 100\r\n\r\npart"],
    ["in chunks", "Transfer-Encoding: chunked\r\n\r\n4\r\npart\r\n"],
  ])("%s that stalls in the middle is cut after bodyTimeout, and logged", async (name, rest) => {
    const path = `/body/${name.length}`;
    const cuts = (): readonly unknown[] =>
      readEvents(gateway, "failed").filter(({ route }) => route === "/body/*");
    const before = cuts().length;
    origin.serve(path, { raw: `HTTP/1.1 200 OK\r\n${rest}`, ending: "stall" });
    const tookMs = await cutOff(path);
    expect(tookMs).toBeGreaterThanOrEqual(690);
    expect(tookMs).toBeLessThan(3_000);
    const [cut] = await until("a log line", () => cuts().length > before && cuts().slice(before));
    expect(cut).toMatchObject({ code: "origin-timeout", cause: "the body stalled" });
  });

  async function* drip(times: number): AsyncGenerator<string> {
    for (let time = 0; time < times; time += 1) {
      yield String(time);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  it("that goes on slowly is whole where only pauses are limited, and cut where its whole time is", async () => {
    origin.serve("/body/drip", { body: drip(8) });
    expect((await send(gateway, "/body/drip")).text()).toBe("01234567");
    origin.serve("/total/drip", { body: drip(20) });
    const tookMs = await cutOff("/total/drip");
    expect(tookMs).toBeGreaterThanOrEqual(590);
    expect(tookMs).toBeLessThan(1_900);
  });

  it.concurrent.each(["plain", "with-usage", "with-words"])(
    "whose client has stopped reading is cut in time all the same: %s",
    async (name) => {
      const path = `/unread/${name}`;
      const fields = [["Content-Type", "text/event-stream"]] as const;
      async function* endless(): AsyncGenerator<string> {
        for (;;) yield await Promise.resolve(`data: {"text":"${"x".repeat(10_000)}"}\n\n`);
      }
      origin.serve(path, ({ method }) => (method === "POST" ? { fields, body: endless() } : {}));
      const socket = connect({ host: "127.0.0.1", port: gateway.port });
      socket.on("error", () => socket.destroy());
      socket.once("data", () => socket.pause());
      const sentMs = Date.now();
      socket.write(`POST ${path} HTTP/1.1\r\nHost: a.example\r\nContent-Length: 0\r\n\r\n`);
      await until("the origin to be asked", () => origin.flights(path).most >= 1);
      await until("the permit", async () => (await send(gateway, path)).status === 200);
      expect(Date.now() - sentMs).toBeGreaterThanOrEqual(390);
      expect(Date.now() - sentMs).toBeLessThan(3_000);
      socket.destroy();
    },
  );

  it("that ends in time keeps its length and its bytes", async () => {
    origin.serve("/body/fine", { body: "x".repeat(300_000) });
    const reply = await send(gateway, "/body/fine");
    expect([reply.field("Content-Length"), reply.body.length]).toEqual(["300000", 300_000]);
    expect((await send(gateway, "/body/fine", { method: "HEAD" })).field("Content-Length")).toBe("300000");
  });

  it("whose head does not come within totalTimeout is a 504", async () => {
    origin.serve("/total/silent", { raw: "", ending: "stall" });
    const reply = await send(gateway, "/total/silent");
    expect([reply.status, reply.json()["code"]]).toEqual([504, "origin-timeout"]);
    expect(reply.answeredAtMs - reply.sentAtMs).toBeLessThan(2_000);
  });
});
