// Access lists: who comes in at all, by address, country, network and user agent, for a gateway and for a route.

import { describe, expect, it } from "vitest";
import { newAddress, send, type RequestOptions } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const { origin, gateway } = await startStand({
  access: { deny: { addresses: ["203.0.113.0/24", "2001:db8:bad::/48"], userAgents: ["*EvilBot*"] } },
  policies: { one: { algorithm: "sliding-window", limit: 1, window: "1h", key: "ip" } },
  routes: [
    { path: "/inside", access: { allow: { addresses: ["10.0.0.0/8"], userAgents: ["Monitor/*"] } } },
    { path: "/denied-first", access: { allow: { addresses: ["203.0.113.7"] } } },
    { path: "/country", access: { deny: { countries: ["KP"], asns: [64_500] } } },
    { path: "/unlimited", policies: ["one"], access: { unlimited: ["192.0.2.7"] } },
    { path: "/secret", auth: "required", access: { allow: { addresses: ["10.0.0.0/8"] } } },
    { path: "/*" },
  ],
});

const statusOf = async (path: string, options: RequestOptions): Promise<number> =>
  (await send(gateway, path, options)).status;
const asAgent = (agent: string): RequestOptions => ({ fields: [["User-Agent", agent]], ip: newAddress() });

describe("a gateway's list", () => {
  it.each([
    ["203.0.113.9", 403],
    ["::ffff:203.0.113.9", 403],
    ["203.0.114.9", 200],
    ["2001:db8:bad:1::1", 403],
    ["2001:DB8:0BAD::1", 403],
    ["2001:db8:bae::1", 200],
  ])("is for every route: %s gets a %i", async (ip, status) => {
    expect(await statusOf("/anything", { ip })).toBe(status);
  });

  it("refuses with a problem, and asks neither the origin nor for a credential", async () => {
    const before = origin.requests().length;
    const reply = await send(gateway, "/secret", { ip: "203.0.113.9" });
    expect([reply.status, reply.json()["code"]]).toEqual([403, "access-denied"]);
    expect(reply.field("content-type")).toBe("application/problem+json");
    expect(reply.field("www-authenticate")).toBeUndefined();
    expect(origin.requests().length).toBe(before);
    expect(await statusOf("/secret", { ip: "10.1.1.1" })).toBe(401);
  });

  it("matches user agents whatever their case, and does not hang on a long one", async () => {
    expect(await statusOf("/x", asAgent("Mozilla/5.0 (compatible; evilbot/1.0)"))).toBe(403);
    expect(await statusOf("/x", asAgent("Mozilla/5.0"))).toBe(200);
    const startedMs = Date.now();
    expect(await statusOf("/x", asAgent("evil".repeat(7_000)))).toBe(200);
    expect(Date.now() - startedMs).toBeLessThan(2_000);
  });
});

describe("the log line of a refused client", () => {
  it.each([
    ["/anything", { ip: "203.0.113.9" }, "access.deny: address 203.0.113.0/24"],
    ["/anything", { fields: [["User-Agent", "EvilBot/2"]] }, "access.deny: user agent *EvilBot*"],
    ["/inside", { ip: "11.0.0.1" }, "routes.0.access.allow: no entry lets it in"],
    ["/secret", { ip: "11.0.0.1" }, "routes.4.access.allow: no entry lets it in"],
  ] as const)(
    "names the list and its entry, which the client is not told: %s %j",
    async (path, options, cause) => {
      const reply = await send(gateway, path, options);
      const id = reply.field("X-Gateway-Request-Id") ?? "";
      await until("its line", () => gateway.logs().some((line) => line.includes(id)));
      const line = gateway.logs().find((one) => one.includes(id)) ?? "{}";
      expect(JSON.parse(line)).toMatchObject({ event: "denied", code: "access-denied", cause });
      expect(reply.text()).not.toContain(cause);
    },
  );
});

describe("a route's list", () => {
  it("lets in whom it allows, by any of what it names, and nobody else", async () => {
    expect(await statusOf("/inside", { ip: "10.200.0.1" })).toBe(200);
    expect(await statusOf("/inside", { ip: "11.0.0.1" })).toBe(403);
    expect(await statusOf("/inside", { ip: "11.0.0.1", fields: [["User-Agent", "Monitor/2"]] })).toBe(200);
    expect(await statusOf("/inside", {})).toBe(403);
  });

  it("does not let in whom the gateway denies", async () => {
    expect(await statusOf("/denied-first", { ip: "203.0.113.7" })).toBe(403);
  });

  it("takes the country and the network from the platform alone", async () => {
    // How the local platform is told what Cloudflare finds out by itself.
    const from = (cf: object): RequestOptions => ({
      ip: newAddress(),
      fields: [["MF-CF-Blob", JSON.stringify(cf)]],
    });
    expect(await statusOf("/country", from({ country: "KP" }))).toBe(403);
    expect(await statusOf("/country", from({ country: "CH", asn: 64_500 }))).toBe(403);
    expect(await statusOf("/country", from({ country: "CH", asn: 64_501 }))).toBe(200);
    expect(await statusOf("/country", { fields: [["CF-IPCountry", "KP"]] })).toBe(200);
  });

  it("leaves those unlimited whom it says", async () => {
    for (let time = 0; time < 3; time += 1)
      expect(await statusOf("/unlimited", { ip: "192.0.2.7" })).toBe(200);
    expect(await statusOf("/unlimited", { ip: "192.0.2.8" })).toBe(200);
    expect(await statusOf("/unlimited", { ip: "192.0.2.8" })).toBe(429);
  });
});
