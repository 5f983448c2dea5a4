// Counters over HTTP: looked at, reset, refunded and ranked.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { open, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const { gateway, origin } = await startStand(
  {
    counters: { shards: 2 },
    policies: {
      api: { algorithm: "sliding-window", limit: 3, window: "1h", key: "ip" },
      // Below a hundred nothing is leased to isolates, which would count as used.
      org: { algorithm: "sliding-window", limit: 90, window: "1h", key: "header:x-org" },
      flights: { algorithm: "concurrency", limit: 1, expires: "1h", key: "ip" },
      plan: { algorithm: "sliding-window", limit: 2, window: "1h", key: "consumer" },
    },
    tiers: { pro: { plan: { limit: 90 } } },
    routes: [
      { path: "/mine", auth: "required", policies: ["plan"] },
      { path: "/org", policies: ["org"], cost: 2, methods: ["GET"] },
      { path: "/flights", policies: ["flights"] },
      { path: "/*", policies: ["api"] },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);

type Item = Readonly<Record<string, unknown>>;

/** The counter that has been used, among those of all places. */
async function look(query: string): Promise<Item | undefined> {
  const { items } = await expectStatus(200, askAdmin(gateway, "GET", `/counters?${query}`));
  return (items as Item[]).find(({ used }) => used !== 0) ?? (items as Item[])[0];
}

describe("a counter", () => {
  it("is looked at without being changed", async () => {
    const ip = "192.0.2.1";
    await send(gateway, "/", { ip });
    for (let look3 = 0; look3 < 3; look3 += 1)
      expect(await look(`policy=api&key=${ip}`)).toMatchObject({
        limit: 3,
        used: 1,
        remaining: 2,
        outcome: "allowed",
      });
    expect(await look(`policy=api&key=${ip}&cost=3`)).toMatchObject({ used: 1, outcome: "denied" });
    expect(await look(`policy=api&key=${ip}&cost=4`)).toMatchObject({
      outcome: "impossible",
      retryAfterMs: null,
    });
    expect((await send(gateway, "/", { ip })).field("X-RateLimit-Remaining")).toBe("1");
  });

  it("of permits says what a client is told: to ask again a second later", async () => {
    const ip = "192.0.2.9";
    origin.serve("/flights", { raw: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart", ending: "stall" });
    const { stream } = await open(gateway, "/flights", { ip });
    stream.on("error", () => stream.destroy());
    expect(await look(`policy=flights&key=${ip}`)).toMatchObject({ outcome: "denied", retryAfterMs: 1_000 });
    stream.destroy();
  });

  it("is refunded and reset, and the client is let in again", async () => {
    const ip = "192.0.2.2";
    for (let use = 0; use < 3; use += 1) await send(gateway, "/", { ip });
    const used = await look(`policy=api&key=${ip}`);
    const continent = String(used?.["object"]).split(":")[0];
    const refund = { policy: "api", key: [ip], continent, units: 2 };
    expect(
      await expectStatus(200, askAdmin(gateway, "POST", "/counters/refund", { body: refund })),
    ).toMatchObject({ used: 1, remaining: 2 });
    const { continent: _continent, ...vague } = refund;
    const refused = await askAdmin(gateway, "POST", "/counters/refund", { body: vague });
    expect(refused.json()["problems"]).toMatchObject([{ path: "continent" }]);
    await expectStatus(
      204,
      askAdmin(gateway, "POST", "/counters/reset", { body: { policy: "api", key: [ip] } }),
    );
    expect(await look(`policy=api&key=${ip}`)).toMatchObject({ used: 0, remaining: 3 });
    const { items } = await expectStatus(200, askAdmin(gateway, "GET", "/audit?limit=2"));
    expect((items as Item[]).map(({ action }) => action)).toEqual(["counters.reset", "counters.refund"]);
  });

  it("is found by a header's value, which is in no answer", async () => {
    await send(gateway, "/org", { fields: [["X-Org", "secret-org"]] });
    const reply = await askAdmin(gateway, "GET", "/counters?policy=org&key=secret-org");
    expect((reply.json()["items"] as Item[])[0]).toMatchObject({ used: 2 });
    const top = await askAdmin(gateway, "GET", "/counters/top?policy=org");
    expect(top.json()["items"]).toMatchObject([
      { used: 2, key: expect.stringMatching(/^sha256:/) as string },
    ]);
    expect(reply.text() + top.text()).not.toContain("secret-org");
  });

  it("is not found for a policy that is not there, or for another number of values", async () => {
    expect((await askAdmin(gateway, "GET", "/counters?policy=nobody&key=x")).status).toBe(404);
    for (const query of [
      "policy=api&key=a&key=b",
      "policy=api",
      "policy=api&key=a&continent=XX",
      "policy=api&key=a&cost=-1",
    ])
      expect((await askAdmin(gateway, "GET", `/counters?${query}`)).status).toBe(400);
  });
});

describe("the ranking", () => {
  it("names who uses most over all objects, and how many of them it asked", async () => {
    for (const [ip, uses] of [
      ["198.51.100.1", 1],
      ["198.51.100.2", 3],
      ["198.51.100.3", 2],
    ] as const)
      for (let use = 0; use < uses; use += 1) await send(gateway, "/", { ip });
    const { items, objects, next } = await expectStatus(
      200,
      askAdmin(gateway, "GET", "/counters/top?policy=api&limit=2"),
    );
    expect((items as Item[]).map(({ key, used }) => [key, used])).toEqual([
      ["ip=12:198.51.100.2", 3],
      ["ip=12:198.51.100.3", 2],
    ]);
    expect([objects, next]).toEqual([{ asked: 16, unanswered: 0, incomplete: 0 }, undefined]);
  });
});

describe("the ranking of a policy by consumer", () => {
  it("goes on to the consumers of API keys, each by what its own tier or override allows", async () => {
    for (const [consumer, tier, uses] of [
      ["free", undefined, 2],
      ["pro", "pro", 20],
      ["raised", undefined, 4],
      ["idle", "pro", 0],
    ] as const) {
      const made = await expectStatus(
        201,
        askAdmin(gateway, "POST", "/keys", { body: { consumer, ...(tier === undefined ? {} : { tier }) } }),
      );
      if (consumer === "raised")
        await expectStatus(
          201,
          askAdmin(gateway, "POST", "/overrides", {
            body: { policy: "plan", key: ["raised"], limit: 50, reason: "until Friday" },
          }),
        );
      for (let use = 0; use < uses; use += 1)
        await send(gateway, "/mine", { fields: [["X-API-Key", String(made["key"])]] });
    }
    const first = await expectStatus(200, askAdmin(gateway, "GET", "/counters/top?policy=plan"));
    expect([first["items"], first["next"]]).toEqual([[], 2]);
    const second = await expectStatus(200, askAdmin(gateway, "GET", "/counters/top?policy=plan&cursor=2"));
    const ranked = (second["items"] as Item[]).map(({ key, used }) => [key, Number(used)] as const);
    expect(ranked.map(([key]) => key)).toEqual(["consumer=3:pro", "consumer=6:raised", "consumer=4:free"]);
    // A row may say up to twice as much as was used, and never less.
    for (const [at, least] of [20, 4, 2].entries()) {
      expect(ranked[at]?.[1]).toBeGreaterThanOrEqual(least);
      expect(ranked[at]?.[1]).toBeLessThanOrEqual(2 * least);
    }
    expect([second["objects"], second["next"]]).toEqual([
      { asked: 4, unanswered: 0, incomplete: 0 },
      undefined,
    ]);
  });
});
