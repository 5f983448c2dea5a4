// Keys by network operator, and by address where the key is missing. Every policy here admits one request an hour.

import { describe, expect, it } from "vitest";
import { newAddress, send, type RequestOptions } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const ONE_AN_HOUR = { algorithm: "token-bucket", limit: 1, window: "1h" };

const { gateway } = await startStand({
  counters: { shards: 1 },
  policies: {
    asn: { ...ONE_AN_HOUR, key: "asn" },
    ja4: { ...ONE_AN_HOUR, key: "ja4", onMissing: "skip" },
    user: { ...ONE_AN_HOUR, key: "header:x-user", onMissing: "ip" },
    caller: { ...ONE_AN_HOUR, key: ["consumer", "path"], onMissing: "ip" },
  },
  routes: [
    { path: "/asn", policies: ["asn"] },
    { path: "/ja4", policies: ["ja4"] },
    {
      path: "/people",
      access: { deny: { botScoreBelow: 30, ja4: ["t13i1515h2_8daaf6152771_de4a06bb82e3"] } },
    },
    { path: "/user", policies: ["user"] },
    { path: "/caller/*", auth: "optional", policies: ["caller"] },
  ],
});

type Asked = readonly [path: string, options?: RequestOptions];

async function statusesOf(...asked: readonly Asked[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const [path, options] of asked) statuses.push((await send(gateway, path, options)).status);
  return statuses;
}

/** How the local platform is told what Cloudflare finds out by itself. */
function from(asn: number): readonly [string, string] {
  return ["MF-CF-Blob", JSON.stringify({ asn })];
}

describe("key asn", () => {
  it("counts by the operator of the client's network, whatever its address and its fields", async () => {
    const statuses = await statusesOf(
      ["/asn", { ip: newAddress(), fields: [from(64_500)] }],
      ["/asn", { ip: newAddress(), fields: [from(64_500), ["X-ASN", "64501"], ["CF-ASN", "64501"]] }],
      ["/asn", { ip: newAddress(), fields: [from(64_501)] }],
    );
    expect(statuses).toEqual([200, 429, 200]);
  });
});

describe("key ja4", () => {
  it("counts by the program as the platform's bot management tells it, and by nothing that a client writes", async () => {
    const ofProgram = (ja4: unknown): readonly [string, string] => [
      "MF-CF-Blob",
      JSON.stringify({ botManagement: { score: 1, verifiedBot: false, ja4 } }),
    ];
    const statuses = await statusesOf(
      ["/ja4", { ip: newAddress(), fields: [ofProgram("t13d1516h2_8daaf6152771_b0da82dd1658")] }],
      ["/ja4", { ip: newAddress(), fields: [ofProgram("t13d1516h2_8daaf6152771_b0da82dd1658")] }],
      ["/ja4", { ip: newAddress(), fields: [ofProgram("t13i1515h2_8daaf6152771_de4a06bb82e3")] }],
      ["/ja4", { ip: newAddress(), fields: [["X-JA4", "t13d1516h2_8daaf6152771_b0da82dd1658"]] }],
      ["/ja4", { ip: newAddress(), fields: [ofProgram(7)] }],
    );
    expect(statuses).toEqual([200, 429, 200, 200, 200]);
  });
});

describe("access by what the platform says of programs", () => {
  it("keeps out low scores and named programs, and neither search engines nor whom nobody scored", async () => {
    const scored = (botManagement: object): Asked => [
      "/people",
      { ip: newAddress(), fields: [["MF-CF-Blob", JSON.stringify({ botManagement })]] },
    ];
    const statuses = await statusesOf(
      scored({ score: 29, verifiedBot: false }),
      scored({ score: 30, verifiedBot: false }),
      scored({ score: 1, verifiedBot: true }),
      scored({ score: 0, verifiedBot: false }),
      scored({ score: 99, verifiedBot: false, ja4: "t13i1515h2_8daaf6152771_de4a06bb82e3" }),
      ["/people", { ip: newAddress(), fields: [["CF-Bot-Score", "1"]] }],
    );
    expect(statuses).toEqual([403, 200, 200, 200, 403, 200]);
  });
});

describe('onMissing "ip"', () => {
  it("counts who lacks the key by address, and nobody else with them", async () => {
    const [one, other] = [newAddress(), newAddress()];
    const statuses = await statusesOf(
      ["/user", { ip: one }],
      ["/user", { ip: one }],
      ["/user", { ip: other }],
      ["/user", { ip: one, fields: [["x-user", "ann"]] }],
      ["/user", { ip: other, fields: [["x-user", "ann"]] }],
    );
    expect(statuses).toEqual([200, 429, 200, 200, 429]);
  });

  it("is no way to count as another address, nor to use up its quota", async () => {
    const [victim, attacker] = [newAddress(), newAddress()];
    const forged = `-|ip=${victim.length}:${victim}`;
    const statuses = await statusesOf(
      ["/user", { ip: attacker, fields: [["x-user", forged]] }],
      [
        "/user",
        {
          ip: attacker,
          fields: [
            ["X-Forwarded-For", victim],
            ["x-user", `${forged}|`],
          ],
        },
      ],
      ["/user", { ip: victim }],
    );
    expect(statuses).toEqual([200, 200, 200]);
  });

  it("keeps the parts that are there", async () => {
    const ip = newAddress();
    const statuses = await statusesOf(
      ["/caller/a", { ip }],
      ["/caller/b", { ip }],
      ["/caller/a", { ip }],
      ["/caller/a", { ip: newAddress() }],
    );
    expect(statuses).toEqual([200, 200, 429, 200]);
  });
});
