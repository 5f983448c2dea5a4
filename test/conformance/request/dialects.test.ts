// What goes wrong, in the words of the route's API: read by that API's own clients. Those that wait as told do so in
// `npm run prove:dialects`; here each is refused for an hour, and none sleeps through it. Those that take seconds to load, or to
// give up, are shown it there alone.

import { afterAll, describe, expect, it } from "vitest";
import { clients } from "../../../tools/prove-dialects/clients.ts";
import { play } from "../../../tools/prove-dialects/play.ts";
import { startApis, toConfig } from "../../../tools/prove-dialects/stand.ts";
import { newAddress, send } from "../support/client.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { membersOf } from "../support/structured-fields.ts";

const apis = await startApis();
afterAll(apis.close);
const dialects = toConfig(apis.url);
const HOURLY = { algorithm: "sliding-window-log", limit: 1, window: "1h" };
const gateway = await startGateway({
  config: toConfigSource({
    ...dialects,
    errors: "anthropic",
    cors: { origins: "*" },
    origins: {
      hub: { members: [apis.url], feedback: { profile: "github" } },
      down: { members: ["http://127.0.0.1:9"], feedback: { profile: "facebook-graph" } },
    },
    policies: {
      ...(dialects["policies"] as object),
      hourly: { ...HOURLY, key: "ip" },
      refunded: { ...HOURLY, limit: 2, key: "ip", settle: { status: { "5xx": 0 } } },
    },
    routes: [
      ...(dialects["routes"] as readonly object[]),
      { path: "/hub", origin: "hub", policies: ["hourly"] },
      { path: "/plain", policies: ["hourly"] },
      { path: "/problem", origin: "hub", policies: ["hourly"], errors: "problem" },
      { path: "/own", policies: ["hourly"], errors: { template: '{"fault":"{code}","in":{retryAfter}}' } },
      { path: "/down", origin: "down" },
      { path: "/lost", origin: "down", policies: ["refunded"], errors: "grpc-web" },
    ],
  }),
});
afterAll(gateway.close);

async function denyTwice(path: string): Promise<readonly Awaited<ReturnType<typeof send>>[]> {
  const options = { ip: newAddress(), fields: [["Origin", "https://a.example"]] as const };
  await send(gateway, path, options);
  // The second one is answered from memory.
  return [await send(gateway, path, options), await send(gateway, path, options)];
}

describe("a refusal for an hour", () => {
  it.each(clients.filter(({ isSlow }) => isSlow !== true))("is read by $name", async (client) => {
    expect((await play(client, gateway.url, "long")).broken).toBe("");
  });
});

describe("errors", () => {
  it("are the pool's API's, the gateway's, or the route's own", async () => {
    for (const reply of await denyTwice("/hub")) {
      expect([reply.status, reply.json()["status"]]).toEqual([403, "403"]);
      expect(reply.json()["message"]).toMatch(/secondary rate limit/);
      expect(reply.json()["requestId"]).toBe(reply.field("X-Gateway-Request-Id"));
    }
    for (const reply of await denyTwice("/plain")) {
      expect([reply.status, reply.json()["type"]]).toEqual([429, "error"]);
      expect(reply.field("x-should-retry")).toBe("false");
    }
    for (const reply of await denyTwice("/problem"))
      expect([reply.status, reply.field("Content-Type")]).toEqual([429, "application/problem+json"]);
    for (const reply of await denyTwice("/own"))
      expect([reply.status, reply.json()]).toEqual([
        429,
        { fault: "quota-exceeded", in: Number(reply.field("Retry-After")) },
      ]);
  });

  it("leave the fields that say when to come back", async () => {
    for (const reply of await denyTwice("/hub")) {
      const wait = Number(reply.field("Retry-After"));
      expect(wait).toBeGreaterThan(3_500);
      expect(membersOf(reply, "RateLimit")[0]?.parameters).toEqual({ r: 0, t: wait });
      expect(reply.field("X-RateLimit-Remaining")).toBe("0");
      expect(reply.field("Proxy-Status")).toContain("error=http_request_error");
      expect(reply.field("Cache-Control")).toBe("no-store");
    }
  });

  it("are those of origins that fail too", async () => {
    const failed = await send(gateway, "/down", { ip: newAddress() });
    expect([failed.status, failed.json()["code"]]).toEqual([502, "origin-refused"]);
    expect(failed.json()["error"]).toMatchObject({ code: 1, type: "OAuthException" });
    const unknown = await send(gateway, "/no/such", { ip: newAddress() });
    expect([unknown.status, unknown.json()["error"]]).toEqual([
      404,
      { type: "not_found_error", message: "No route of this gateway matches the request." },
    ]);
  });

  it("settle by what happened, whatever status it is said with", async () => {
    const options = { ip: newAddress(), fields: [["Origin", "https://a.example"]] as const };
    for (let time = 0; time < 4; time += 1) {
      const reply = await send(gateway, "/lost", options);
      expect([reply.status, reply.field("grpc-status")]).toEqual([200, "13"]);
      expect(reply.field("Access-Control-Expose-Headers")).toContain("grpc-message");
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
});
