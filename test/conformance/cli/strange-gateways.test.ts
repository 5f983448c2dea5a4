// The `headgate` program against servers that are no gateway, or a bad one: it ends, with the right code, and a terminal
// is safe from what they say.

import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, expect, it } from "vitest";
import { createCalls, createProgram, type Ended } from "../support/command-line.ts";

const servers: Server[] = [];
afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const headgate = async (url: string, ...argv: readonly string[]): Promise<Ended> =>
  createCalls({ url })(argv);
const program = async (url: string, ...argv: readonly string[]): Promise<Ended> =>
  createProgram({ url })(argv);

const answerJson =
  (status: number, body: unknown, type = "application/json"): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { "Content-Type": type, ETag: '"1"' });
    response.end(JSON.stringify(body));
  };

it("one that cannot be reached, or does not answer, ends with 3", async () => {
  const gone = await serve(() => undefined);
  servers.at(-1)?.close();
  const silent = await serve(() => undefined);
  const resets = await serve((request) => request.socket.destroy());
  const [closed, late, reset] = await Promise.all([
    program(gone, "health"),
    headgate(silent, "health", "--timeout", "500ms"),
    headgate(resets, "keys", "delete", "k1", "--revision", "1"),
  ]);
  expect([closed.code, closed.err]).toEqual([3, `Cannot reach ${gone}: ECONNREFUSED\n`]);
  expect([late.code, late.err]).toEqual([3, `Cannot reach ${silent}: no answer within 0.5 s\n`]);
  expect([reset.code, reset.out]).toEqual([3, ""]);
});

it("a create whose answer is lost is sent again as the same create, a change is not", async () => {
  const seen: string[] = [];
  const url = await serve((request, response) => {
    seen.push(`${request.method} ${String(request.headers["idempotency-key"])}`);
    if (seen.length === 1) request.socket.destroy();
    else answerJson(200, { id: "k1", consumer: "acme" })(request, response);
  });
  const created = await headgate(url, "keys", "create", "acme");
  expect([created.code, seen.length, seen[0]]).toEqual([0, 2, seen[1]]);
  expect(seen[0]).toMatch(/^POST [\w-]{36}$/);
  expect(created.out).toContain("headgate keys rotate gives it a new one");
  seen.length = 0;
  expect((await headgate(url, "keys", "delete", "k1", "--revision", "1")).code).toBe(3);
  expect(seen).toEqual(["DELETE undefined"]);
});

it("one without an admin API, that redirects, or that says no JSON ends with 1", async () => {
  let followed = 0;
  const other = await serve((_request, response) => {
    followed += 1;
    response.end("{}");
  });
  const urls = await Promise.all([
    serve((_request, response) => response.writeHead(404, { "Content-Type": "text/html" }).end("<p>nothing")),
    serve((_request, response) => response.writeHead(302, { Location: other }).end()),
    serve((_request, response) => response.writeHead(200, { "Content-Type": "application/json" }).end("{")),
    serve((_request, response) => response.writeHead(200, { "Content-Type": "text/plain" }).end("ok")),
  ]);
  for (const { code, out, err } of await Promise.all(urls.map((url) => headgate(url, "health", "--json")))) {
    expect([code, out]).toEqual([1, ""]);
    expect(err).toContain("does not answer as an admin API");
  }
  expect(followed).toBe(0);
});

it("an answer without an end is not read to it, nor a list that goes in circles", async () => {
  const piece = Buffer.alloc(1_024 * 1_024, "x");
  const endless = await serve((_request, response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  });
  const circle = await serve(answerJson(200, { items: [], next: 5 }));
  const [huge, round] = await Promise.all([
    program(endless, "keys", "show", "k1"),
    headgate(circle, "audit"),
  ]);
  expect([huge.code, huge.err]).toEqual([1, "The answer is longer than 16 MiB\n"]);
  expect([round.code, round.err]).toEqual([1, expect.stringContaining("goes on and on")]);
});

it("a long list arrives whole in a pipe", async () => {
  const items = Array.from({ length: 5_000 }, (_, at) => ({ id: `k${at}`, consumer: "x".repeat(500) }));
  const long = await serve(answerJson(200, { items }));
  const [json, table] = await Promise.all([
    program(long, "keys", "list", "--json"),
    headgate(long, "keys", "list"),
  ]);
  expect([json.code, (json.json()["items"] as object[]).length]).toEqual([0, 5_000]);
  expect(table.out.split("\n").length).toBe(5_002);
  expect(Math.max(...table.out.split("\n").map(({ length }) => length))).toBeLessThan(130);
});

it("nothing that it says moves the cursor of a terminal", async () => {
  const hostile = "\u001b]0;owned\u0007\u009b2J\r\u202e\u200b";
  const said = { items: [{ id: hostile, consumer: hostile, [hostile]: hostile }], [hostile]: [hostile] };
  const problem = {
    code: hostile,
    title: hostile,
    problems: [{ path: hostile, message: hostile, code: hostile }],
  };
  const [good, bad] = await Promise.all([
    serve(answerJson(200, said)),
    serve(answerJson(400, problem, "application/problem+json")),
  ]);
  const ended = await Promise.all(
    [good, bad].flatMap((url) => [
      headgate(url, "keys", "list"),
      headgate(url, "keys", "show", "k1"),
      headgate(url, "config", "diff"),
      headgate(url, "top", "x", "--json"),
    ]),
  );
  for (const { code, out, err } of ended) {
    expect(code).toBeLessThan(2);
    expect(`${out}${err}`).toMatch(/^[ -~\n]+$/);
  }
});
