// WebSockets pass: the handshake, text, bytes and the close, both ways; and a handshake is a request like any other
// to the limits.

import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { WebSocket } from "ws";
import { newAddress, openWebSocket, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const { origin, gateway } = await startStand({
  policies: { "per-client": { algorithm: "token-bucket", limit: 2, window: "1h", key: "ip" } },
  routes: [
    { path: "/limited", policies: ["per-client"] },
    { path: "/cached", policies: [], cache: { ttl: "30s" } },
    { path: "/*", policies: [] },
  ],
});

async function echo(socket: WebSocket, message: string | Buffer): Promise<readonly [Buffer, boolean]> {
  const answer = once(socket, "message") as Promise<[Buffer, boolean]>;
  socket.send(message);
  return answer;
}

describe("a WebSocket", () => {
  it("carries text and bytes both ways", async () => {
    const socket = await openWebSocket(gateway, "/socket");
    for (const text of ["hello", "", "caf\u00e9 \u{1f30a}", "x".repeat(100_000)]) {
      const [data, isBinary] = await echo(socket, text);
      expect([data.toString(), isBinary]).toEqual([text, false]);
    }
    const bytes = Buffer.from([0, 1, 2, 255]);
    const [data, isBinary] = await echo(socket, bytes);
    expect([data.equals(bytes), isBinary]).toEqual([true, true]);
    socket.close();
  });

  it("passes the handshake's query, fields and protocol", async () => {
    const socket = await openWebSocket(gateway, "/handshake?a=1", {
      ip: "192.0.2.9",
      protocols: ["chat", "superchat"],
      fields: [["Authorization", "Bearer token"]],
    });
    const [request] = origin.requests("/handshake");
    expect(request?.target).toBe("/handshake?a=1");
    expect(request?.field("Authorization")).toBe("Bearer token");
    expect(request?.field("X-Forwarded-For")).toBe("192.0.2.9");
    expect(request?.field("Sec-WebSocket-Protocol")?.replaceAll(" ", "")).toBe("chat,superchat");
    expect(socket.protocol).toBe("chat");
    socket.close();
  });

  it("passes the close with its code and reason", async () => {
    const socket = await openWebSocket(gateway, "/closing");
    const closed = once(socket, "close") as Promise<[number, Buffer]>;
    socket.close(4_001, "enough");
    const [code] = await closed;
    expect(code).toBe(4_001);
  });

  it("opens on a route with a cache too", async () => {
    const socket = await openWebSocket(gateway, "/cached");
    expect((await echo(socket, "x"))[0].toString()).toBe("x");
    socket.close();
  });

  it("that is cut does not disturb the others", async () => {
    const [cut, kept] = await Promise.all([openWebSocket(gateway, "/a"), openWebSocket(gateway, "/b")]);
    cut.terminate();
    await once(cut, "close");
    expect((await echo(kept, "still here"))[0].toString()).toBe("still here");
    kept.close();
  });
});

describe("a WebSocket handshake", () => {
  it("is counted, and denied with a 429", async () => {
    const ip = newAddress();
    const sockets = [
      await openWebSocket(gateway, "/limited", { ip }),
      await openWebSocket(gateway, "/limited", { ip }),
    ];
    await expect(openWebSocket(gateway, "/limited", { ip })).rejects.toThrow("429");
    expect((await send(gateway, "/limited", { ip })).status).toBe(429);
    expect(origin.requests("/limited")).toHaveLength(2);
    for (const socket of sockets) socket.close();
  });

  it("that the origin refuses is refused with its status", async () => {
    origin.serve("/refused", {
      raw: "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno",
      ending: "close",
    });
    await expect(openWebSocket(gateway, "/refused")).rejects.toThrow("403");
  });

  it("that the origin breaks off is a 502", async () => {
    origin.serve("/broken", { raw: "", ending: "reset" });
    await expect(openWebSocket(gateway, "/broken")).rejects.toThrow("502");
    await until("the line of the failure", () => gateway.logs().some((line) => line.includes('"failed"')));
  });
});
