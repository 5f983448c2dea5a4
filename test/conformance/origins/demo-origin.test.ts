// The demo origin as a newcomer meets it: behind the gateway that comes with the project, each page doing what the index says
// of it, and answers looking as the documents show them.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { startDemoOrigin } from "../../../demo/origin.ts";
import { readCodeBlocks, readText } from "../../project/markdown.ts";
import { newAddress, open, openWebSocket, send, type Reply } from "../support/client.ts";
import { startGateway } from "../support/gateway.ts";
import { lastMemberOf } from "../support/structured-fields.ts";
import { until } from "../support/until.ts";

const demo = await startDemoOrigin({ port: 0 });
afterAll(demo.close);
const shipped = readText("headgate.config.ts");
const gateway = await startGateway({ config: shipped.replace("http://127.0.0.1:8790", demo.url) });
afterAll(gateway.close);

function get(path: string): Promise<Reply> {
  return send(gateway, path, { ip: newAddress() });
}

/** What curl prints, with every number as "0": times, ids and what is left differ from run to run. */
function toForm(printed: string): readonly string[] {
  const [head = "", ...body] = printed.replaceAll("\r", "").split("\n\n");
  const [status = "", ...fields] = head.split("\n");
  const plain = [...fields, ...body.join("\n").trim().split("\n")].map((line) =>
    line
      .replace(/^Date: .*/, "Date")
      .replaceAll(/(?<=Request-Id: |"requestId":")[\w-]+/g, "id")
      .replaceAll(/(?<="madeAt": ")[^"]+/g, "time")
      .replaceAll(/\d+/g, "0"),
  );
  return [status, ...plain.toSorted()];
}

describe("README.md and docs/errors.md", () => {
  it("show a 200, a 429, a hit and a 400 as they are", async () => {
    const address = `CF-Connecting-IP: ${newAddress()}`;
    const curl = async (argv: readonly string[]): Promise<string> =>
      (await promisify(execFile)("curl", ["-H", address, ...argv])).stdout;
    const examples = ["README.md", "docs/errors.md"].flatMap((path) =>
      readCodeBlocks(readText(path)).filter(({ text }) => text.startsWith("$ curl")),
    );
    expect(examples).toHaveLength(4);
    for (const { text } of examples) {
      const lines = text.split("\n");
      let printed = "";
      for (const line of lines.filter((one) => one.startsWith("$ curl "))) {
        const [, flag = "", url = ""] = /^\$ curl (-\w) "?([^"]*)"?$/.exec(line) ?? [];
        printed = await curl([flag, "-s", url.replace("http://localhost:8787", gateway.url)]);
      }
      const shown = lines.filter((line) => !line.startsWith("$ ")).join("\n");
      expect(toForm(printed)).toEqual(toForm(shown));
    }
  });
});

describe.concurrent("the demo origin", () => {
  it("lists its pages, and each of them is there", async () => {
    const pages = Object.keys((await get("/")).json()["pages"] as object);
    expect(pages.length).toBeGreaterThanOrEqual(8);
    const heads = await Promise.all(
      pages
        .filter((path) => path !== "/ws")
        .map(async (path) => {
          const { status, stream } = await open(gateway, path, { ip: newAddress() });
          stream.destroy();
          return [path, status === 200 || (path === "/error" && status === 500)];
        }),
    );
    expect(heads.filter(([, isThere]) => isThere !== true)).toEqual([]);
    expect((await get("/not-a-page")).status).toBe(404);
  });

  it("answers JSON, searches and errors", async () => {
    expect((await get("/json")).json()).toHaveProperty("message");
    expect((await get("/search?q=green%20tea")).json()).toMatchObject({ q: "green tea" });
    expect((await get("/error")).status).toBe(500);
  });

  it("takes two seconds for the slow page", async () => {
    const { sentAtMs, answeredAtMs, status } = await get("/slow");
    expect(status).toBe(200);
    expect(answeredAtMs - sentAtMs).toBeGreaterThanOrEqual(1_900);
  });

  it("has a page that comes from the cache the second time", async () => {
    const first = await get("/cacheable");
    expect(first.field("ETag")).toMatch(/^"\d+"$/);
    const again = await until("the page from the cache", async () => {
      const reply = await get("/cacheable");
      return lastMemberOf(reply, "Cache-Status")?.parameters["hit"] === true && reply;
    });
    expect(again.json()["madeAt"]).toBe(first.json()["madeAt"]);
  });

  it("echoes what reached it, and only the start of a large body", async () => {
    const body = "x".repeat(100_000);
    const echoed = (await send(gateway, "/echo?a=1", { method: "PUT", ip: newAddress(), body })).json();
    expect(echoed).toMatchObject({ method: "PUT", path: "/echo?a=1", bodyBytes: 100_000 });
    expect(echoed["headers"]).toHaveProperty("via");
    expect(body.startsWith(String(echoed["body"]))).toBe(true);
    expect(String(echoed["body"]).length).toBeLessThan(100_000);
  });

  it("sends an event each second", async () => {
    const { stream, field } = await open(gateway, "/events", { ip: newAddress() });
    expect(field("Content-Type")).toBe("text/event-stream");
    const [first] = (await once(stream, "data")) as [Buffer];
    const [second] = (await once(stream, "data")) as [Buffer];
    stream.destroy();
    expect([first.toString(), second.toString()]).toEqual([
      expect.stringMatching(/^id: 1\n/),
      expect.stringMatching(/^id: 2\n/),
    ]);
  });

  it("echoes WebSocket messages", async () => {
    const socket = await openWebSocket(gateway, "/ws", { ip: newAddress() });
    const answer = once(socket, "message");
    socket.send("hello");
    expect(String((await answer)[0])).toBe("hello");
    socket.close();
  });
});
