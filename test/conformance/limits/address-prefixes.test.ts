// IPv6 addresses are counted by as many bits as a key says: what one client may have, and no more. IPv4 is counted whole.

import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { newAddress, type Reply, send } from "../support/client.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { startStand } from "../support/stand.ts";

const once = { algorithm: "token-bucket", limit: 1, window: "1h" };
const { gateway, origin } = await startStand(
  {
    policies: {
      v48: { ...once, key: { ip: { v6: 48 } } },
      v52: { ...once, key: { ip: { v6: 52 } } },
      v56: { ...once, key: { ip: { v6: 56 } } },
      v60: { ...once, key: [{ ip: { v6: 60 } }] },
      v63: { ...once, key: { ip: { v6: 63 } } },
      v64: { ...once, key: { ip: { v6: 64 } } },
      standard: { ...once, key: { ip: {} } },
      both: { ...once, limit: 2, key: { ip: { v6: 48 } } },
      path: { ...once, key: [{ ip: { v6: 56 } }, "path"] },
    },
    routes: [
      { path: "/path/*", policies: ["path"] },
      { path: "/both", policies: ["both", "v64"] },
      ...["v48", "v52", "v56", "v60", "v63", "v64", "standard"].map((name) => ({
        path: `/${name}`,
        policies: [name],
      })),
    ],
  },
  { vars: { ADMIN_TOKEN } },
);

const statusOf = async (path: string, ip: string): Promise<number> =>
  (await send(gateway, path, { ip })).status;

describe("a key of an address prefix", () => {
  it.each([
    // The highest bit that is left out, and the lowest that is not.
    ["/v48", "2001:db8:1:0::1", "2001:db8:1:8000::1", "2001:db8:2::1"],
    ["/v52", "2001:db8:1:0::1", "2001:db8:1:0800::1", "2001:db8:1:1000::1"],
    ["/v56", "2001:db8:1:0100::1", "2001:db8:1:0180:ffff::1", "2001:db8:1:0200::1"],
    ["/v60", "2001:db8:1:0100::1", "2001:db8:1:0108::1", "2001:db8:1:0110::1"],
    ["/v63", "2001:db8:1:0100::1", "2001:db8:1:0101::1", "2001:db8:1:0102::1"],
    ["/v64", "2001:db8:1:0100::1", "2001:db8:1:0100:8000::1", "2001:db8:1:0101::1"],
    ["/standard", "2001:db8:1:0100::1", "2001:db8:1:0100:8000::1", "2001:db8:1:0101::1"],
  ])("at %s counts %s and %s together, and %s apart", async (path, first, same, other) => {
    expect([await statusOf(path, first), await statusOf(path, same), await statusOf(path, other)]).toEqual([
      200, 429, 200,
    ]);
  });

  it("counts IPv4 whole, however it is written", async () => {
    expect(await statusOf("/v48", "198.51.100.7")).toBe(200);
    expect(await statusOf("/v48", "::ffff:198.51.100.7")).toBe(429);
    expect(await statusOf("/v48", "198.51.100.8")).toBe(200);
  });

  it("stands beside other parts, and beside policies by other prefixes, of which all or none are taken from", async () => {
    expect(await statusOf("/path/a", "2001:db8:5:100::1")).toBe(200);
    expect(await statusOf("/path/b", "2001:db8:5:1ff::1")).toBe(200);
    expect(await statusOf("/path/a", "2001:db8:5:1ff::1")).toBe(429);
    // Two of a /48: one of each /64, and the third is refused by the wider of them.
    const statuses = [];
    for (const ip of ["2001:db8:6:1::1", "2001:db8:6:1::2", "2001:db8:6:2::1", "2001:db8:6:3::1"])
      statuses.push(await statusOf("/both", ip));
    expect(statuses).toEqual([200, 429, 200, 429]);
    const refused: Reply = await send(gateway, "/both", { ip: "2001:db8:6:4::1" });
    expect(refused.json()["violated-policies"]).toEqual(["both"]);
  });

  it("is found, reset and shown by an operator, by any address of the network", async () => {
    const [client, other] = ["2001:db8:7:2a01::1", "2001:db8:7:2aff::9"];
    expect([await statusOf("/v56", client), await statusOf("/v56", other)]).toEqual([200, 429]);
    const { items } = await expectStatus(200, askAdmin(gateway, "GET", `/counters?policy=v56&key=${other}`));
    expect((items as { used: number }[]).map(({ used }) => used)).toContain(1);
    const body = { policy: "v56", key: [other] };
    await expectStatus(204, askAdmin(gateway, "POST", "/counters/reset", { body }));
    // The isolate remembers its denial for a second.
    await wait(1_050);
    expect(await statusOf("/v56", client)).toBe(200);
    const policies = (await expectStatus(200, askAdmin(gateway, "GET", "/policies")))["items"];
    expect(policies).toContainEqual(expect.objectContaining({ name: "v56", key: ["ip/56"] }));
    expect(policies).toContainEqual(expect.objectContaining({ name: "v64", key: ["ip"] }));
  });

  it.each([
    [{ ip: { v6: 47 } }, "policies.p.key.ip.v6: must be a whole number from 48 to 64"],
    [{ ip: { v6: 65 } }, "policies.p.key.ip.v6"],
    [{ ip: { v6: "56" } }, "policies.p.key.ip.v6"],
    [{ ip: { v4: 24 } }, "policies.p.key.ip.v4: unknown key"],
    [[{ ip: { v6: 56 }, path: {} }], "policies.p.key.0.path: unknown key"],
    [{ header: { name: "x" } }, "policies.p.key: must be one of"],
  ])("that is written as %o is refused", async (key, message) => {
    const config = {
      origin: origin.url,
      policies: { p: { ...once, key } },
      routes: [{ path: "/*", policies: ["p"] }],
    };
    await expect(startGateway({ config: toConfigSource(config) })).rejects.toThrow(message);
  });

  it("spreads requests over an origin pool, too", async () => {
    const pool = { members: [origin.url, `${origin.url}/b`], affinity: { ip: { v6: 56 } } };
    const own = await startGateway({
      config: toConfigSource({ origin: "p", origins: { p: pool }, policies: {}, routes: [{ path: "/*" }] }),
    });
    const before = origin.requests().length;
    for (const host of ["1", "2", "3", "4", "5", "6"])
      await send(own, "/x", { ip: `2001:db8:9:10${host}::${host}` });
    const targets = origin.requests().slice(before);
    expect(new Set(targets.map(({ target }) => target)).size).toBe(1);
    await send(own, "/x", { ip: newAddress() });
    await own.close();
  });
});
