// `origin: "zone"`: the gateway stands on a route of a zone, and a request goes on to the very host that it asked for.
// Here that host is the origin's own address, given in Host.

import { describe, expect, it } from "vitest";
import { newAddress, openWebSocket, send, type RequestOptions } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const { origin, gateway } = await startStand({
  origin: "zone",
  policies: { "per-client": { algorithm: "token-bucket", limit: 2, window: "1h", key: "ip" } },
  routes: [
    { path: "/limited", policies: ["per-client"] },
    { path: "/*", policies: [] },
  ],
});

function toOrigin(options: RequestOptions = {}): RequestOptions {
  return { ...options, fields: [["Host", origin.host], ...(options.fields ?? [])] };
}

describe('origin: "zone"', () => {
  it("forwards to the host that was asked for, with its method, path and body", async () => {
    const reply = await send(gateway, "//a/./b?x=1", toOrigin({ method: "POST", body: "hello" }));
    expect([reply.status, reply.text()]).toEqual([200, "from the origin"]);
    const [request] = origin.requests();
    expect([request?.method, request?.target, request?.body().toString()]).toEqual([
      "POST",
      "/a/b?x=1",
      "hello",
    ]);
    expect(request?.field("Host")).toBe(origin.host);
    expect(request?.field("Via")).toMatch(/^1\.1 headgate/);
  });

  it("limits like any other origin", async () => {
    const ip = newAddress();
    const statuses: number[] = [];
    for (let time = 0; time < 3; time += 1)
      statuses.push((await send(gateway, "/limited", toOrigin({ ip }))).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it("leaves a Location alone, for origin and gateway have one name", async () => {
    origin.serve("/moved", { status: 301, fields: [["Location", `${origin.url}/there`]] });
    expect((await send(gateway, "/moved", toOrigin())).field("Location")).toBe(`${origin.url}/there`);
  });

  it("carries WebSockets", async () => {
    const socket = await openWebSocket(gateway, "/socket", { fields: [["Host", origin.host]] });
    socket.close();
    expect(origin.requests("/socket")).toHaveLength(1);
  });

  it("asked for the gateway itself ends as a loop, not in one", async () => {
    expect((await send(gateway, "/loop")).status).toBe(508);
  });
});
