// The stand of the batches' tests: a route of every kind, and an origin with answers of every kind.

import { gzipSync } from "node:zlib";
import { startStand, type Stand } from "./stand.ts";

/** What "/open/echo" says of the request that it got. */
export interface Echoed {
  readonly method: string;
  readonly target: string;
  readonly body: string;
  readonly fields: Readonly<Record<string, string>>;
}

const HOUR = { algorithm: "sliding-window", window: "1h" };
const config = {
  batch: { memberBytesMax: 4_096, answerBytesMax: 65_536, bodyBytesMax: 65_536, parallel: 8, timeout: "3s" },
  headerBytesMax: 4_096,
  policies: {
    ten: { ...HOUR, limit: 10, key: "ip", consistency: "exact" },
    two: { ...HOUR, limit: 2, key: ["ip", "path"] },
    flights: { algorithm: "concurrency", limit: 2, expires: "1h", key: "ip" },
    country: { ...HOUR, limit: 1, key: ["ip", "country"] },
  },
  auth: { attempts: { limit: 3, window: "1h" }, apiKeys: { query: "api_key" } },
  origins: { nowhere: { members: ["http://127.0.0.1:9"], retries: { max: 0 } } },
  routes: [
    { path: "/ten", policies: ["ten"] },
    { path: "/two/*", policies: ["two"] },
    { path: "/flights/*", policies: ["flights"] },
    { path: "/country", policies: ["country"] },
    { path: "/cached/*", cache: { ttl: "1h" } },
    { path: "/private", auth: "required" },
    { path: "/optional", auth: "optional" },
    { path: "/nowhere", origin: "nowhere" },
    { path: "/slow", timeout: "100ms" },
    { path: "/swiss", access: { deny: { userAgents: ["*Evil*"] } } },
    { path: "/open/*" },
  ],
};

export async function startBatchStand(): Promise<Stand> {
  const stand = await startStand(config);
  serveAll(stand);
  return stand;
}

const json = (body: string): object => ({ fields: [["Content-Type", "application/json"]], body });

function serveAll({ origin }: Stand): void {
  origin.serve("/open/json", json('{"id":12345678901234567890,"price":1.10}'));
  origin.serve("/open/broken-json", json('{"id":'));
  origin.serve("/open/text", { body: 'a "text"', fields: [["Content-Type", "text/plain"]] });
  origin.serve("/open/binary", {
    body: Uint8Array.of(0, 255, 254, 1),
    fields: [["Content-Type", "image/png"]],
  });
  origin.serve("/open/coded", {
    body: gzipSync("coded"),
    fields: [
      ["Content-Encoding", "gzip"],
      ["Content-Type", "text/plain"],
    ],
  });
  origin.serve("/open/big", { body: "x".repeat(5_000) });
  origin.serve("/open/kib", { body: "x".repeat(4_000) });
  origin.serve("/open/empty", { status: 204 });
  origin.serve("/open/moved", { status: 302, fields: [["Location", "/elsewhere"]] });
  origin.serve("/open/broken", { raw: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", ending: "reset" });
  origin.serve("/open/stall", { raw: "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", ending: "stall" });
  origin.serve("/slow", { raw: "", ending: "stall" });
  origin.serve("/open/error", { status: 500, ...json('{"message":"no"}') });
  origin.serve("/open/cookies", {
    fields: [
      ["Set-Cookie", "a=1; HttpOnly"],
      ["Set-Cookie", "b=2"],
    ],
  });
  origin.serve("/open/echo", (request) => ({
    ...json(
      JSON.stringify({
        method: request.method,
        target: request.target,
        body: request.body().toString("latin1"),
        fields: Object.fromEntries(request.fields.map(([name, value]) => [name.toLowerCase(), value])),
      }),
    ),
  }));
}
