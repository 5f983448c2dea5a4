// Who the client is: its address as the platform saw it, and nothing that a client can write. The policy admits one
// request an hour for each address.

import { describe, expect, it } from "vitest";
import { newAddress, send } from "../support/client.ts";
import type { Fields } from "../support/fields.ts";
import { startStand } from "../support/stand.ts";

const { gateway } = await startStand({
  counters: { shards: 1 },
  policies: { "per-client": { algorithm: "token-bucket", limit: 1, window: "1h", key: "ip" } },
  routes: [{ path: "/*", policies: ["per-client"] }],
});

async function statusFrom(ip: string, fields: Fields = []): Promise<number> {
  return (await send(gateway, "/", { ip, fields })).status;
}

describe("a client that forges its address", () => {
  const forgeries: Fields = [
    ["X-Forwarded-For", "1.1.1.1"],
    ["X-Forwarded-For", "1.1.1.2, 10.0.0.1"],
    ["X-Real-IP", "1.1.1.3"],
    ["True-Client-IP", "1.1.1.4"],
    ["X-Client-IP", "1.1.1.5"],
    ["Forwarded", "for=1.1.1.6;proto=https"],
    ["Client-IP", "1.1.1.7"],
    ["X-Cluster-Client-IP", "1.1.1.8"],
    ["Fastly-Client-IP", "1.1.1.9"],
    ["CF-Connecting-IPv6", "2001:db8::1"],
    ["CF-Pseudo-IPv4", "240.0.0.1"],
    ["X-Originating-IP", "[1.1.1.10]"],
  ];

  it.each(forgeries)("by %s: %s keeps its own counter", async (name, value) => {
    const ip = newAddress();
    expect(await statusFrom(ip, [[name, value]])).toBe(200);
    expect(await statusFrom(ip, [[name, value.replace(/\d(?=\D*$)/, "99")]])).toBe(429);
    expect(await statusFrom(ip)).toBe(429);
  });

  it("cannot spend another client's quota", async () => {
    const victim = newAddress();
    for (const [name] of forgeries) await statusFrom(newAddress(), [[name, victim]]);
    expect(await statusFrom(victim)).toBe(200);
  });
});

describe("an IPv6 address", () => {
  it("counts by its /64", async () => {
    expect(await statusFrom("2001:db8:1:1::1")).toBe(200);
    expect(await statusFrom("2001:db8:1:1::2")).toBe(429);
    expect(await statusFrom("2001:db8:1:1:ffff:ffff:ffff:ffff")).toBe(429);
    expect(await statusFrom("2001:db8:1:2::1")).toBe(200);
  });

  it("is the same address however it is written", async () => {
    expect(await statusFrom("2001:db8:2::1")).toBe(200);
    expect(await statusFrom("2001:DB8:2::1")).toBe(429);
    expect(await statusFrom("2001:0db8:0002:0000:0000:0000:0000:0001")).toBe(429);
    expect(await statusFrom("2001:db8:2:0::0.0.0.1")).toBe(429);
  });

  it("that maps an IPv4 address is that IPv4 address", async () => {
    expect(await statusFrom("192.0.2.1")).toBe(200);
    expect(await statusFrom("::ffff:192.0.2.1")).toBe(429);
    expect(await statusFrom("::FFFF:c000:201")).toBe(429);
    expect(await statusFrom("0:0:0:0:0:ffff:c000:0201")).toBe(429);
    expect(await statusFrom("::ffff:192.0.2.2")).toBe(200);
    expect(await statusFrom("192.0.2.2")).toBe(429);
  });

  it("that only ends like an IPv4 address is not one", async () => {
    expect(await statusFrom("2001:db8:3::198.51.100.1")).toBe(200);
    expect(await statusFrom("198.51.100.1")).toBe(200);
  });
});

describe("what is not an address", () => {
  const wrong = [
    "fe80::1%eth0",
    "[2001:db8:4::1]",
    "203.0.113.1:1234",
    "203.0.113.999",
    "not-an-address",
    "x".repeat(5_000),
  ];

  it("shares one counter at most: writing it otherwise brings nothing", async () => {
    const statuses: number[] = [];
    for (const ip of [...wrong, ...wrong]) statuses.push(await statusFrom(ip));
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
    expect(statuses.filter((status) => status >= 500)).toEqual([]);
  });
});
