// Requests explained without being made: who is taken to send them, what limits them and what refuses them. That it is what
// is then answered is explained-requests.test.ts.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { BATCH_PATH, sendBatch } from "../support/batch.ts";
import { type Reply, send } from "../support/client.ts";
import { newKeyText } from "../support/keys.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const hourly = { algorithm: "sliding-window", window: "1h" };
const { gateway, origin } = await startStand(
  {
    counters: { shards: 2 },
    batch: { policies: ["batches"] },
    policies: {
      batches: { ...hourly, limit: 2, key: "ip" },
      api: { ...hourly, limit: 3, key: "ip" },
      org: { ...hourly, limit: 90, key: "header:x-org" },
      plan: { ...hourly, limit: 2, key: "consumer" },
    },
    tiers: { pro: { plan: { limit: 90 } }, suspect: { api: { limit: 1 } } },
    reputation: { traps: ["/org/.env"], signals: { denied: 0, noRoute: 0, bot: 3 } },
    routes: [
      { path: "/mine", auth: "required", policies: ["plan"] },
      { path: "/org", policies: ["org"], cost: 2, methods: ["GET"] },
      { path: "/people", access: { deny: { botScoreBelow: 20 } } },
      { path: "/*", policies: ["api"] },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);

type Item = Readonly<Record<string, unknown>>;

/** The lines that say whom the reputation holds for suspect or banned. */
function readStandings(): readonly Item[] {
  const lines = gateway.logs().map((line) => JSON.parse(line) as Item);
  return lines.filter(({ event }) => event === "reputation");
}

describe("an explanation", () => {
  it("names the route, the limits, the counter and who won, and takes nothing", async () => {
    const body = { url: "https://api.example/org?x=1", headers: { "x-org": "acme" }, address: "203.0.113.1" };
    const asked = origin.requests().length;
    const { items: policies } = {
      items: (await expectStatus(200, askAdmin(gateway, "POST", "/explain", { body })))["policies"],
    };
    expect(policies).toMatchObject([{ policy: "org", limit: 90, decidedBy: "policy", isShadow: false }]);
    await expectStatus(
      201,
      askAdmin(gateway, "POST", "/overrides", {
        body: { policy: "org", key: ["ac*"], limit: 500, reason: "big" },
      }),
    );
    const overridden = await expectStatus(200, askAdmin(gateway, "POST", "/explain", { body }));
    expect(overridden).toMatchObject({
      path: "/org",
      route: { index: 1, name: "GET /org" },
      cost: 2,
      isCached: false,
      policies: [{ policy: "org", limit: 500, decidedBy: "override", override: { reason: "big" } }],
    });
    const { items: counters } = await expectStatus(
      200,
      askAdmin(gateway, "GET", "/counters?policy=org&key=acme"),
    );
    expect(counters).toMatchObject([{ used: 0, limit: 500 }]);
    expect(origin.requests().length).toBe(asked);
  });

  it("takes the described caller's word for who it is", async () => {
    const explain = async (body: object): Promise<Item> =>
      expectStatus(
        200,
        askAdmin(gateway, "POST", "/explain", { body: { url: "https://a.example/mine", ...body } }),
      );
    expect(await explain({})).toMatchObject({ problem: "credential-missing" });
    expect(await explain({ consumer: "acme" })).toMatchObject({
      consumer: "acme",
      policies: [{ limit: 2, decidedBy: "policy", counter: { key: "consumer=4:acme" } }],
    });
    const paying = await explain({ consumer: "acme", tier: "pro" });
    expect(paying).toMatchObject({ policies: [{ limit: 90, decidedBy: "tier" }] });
    expect(paying).not.toHaveProperty("problem");
    expect(await explain({ url: "https://a.example/", consumer: "acme" })).not.toHaveProperty("consumer");
  });

  it("takes a credential, which is in no log, no audit and no answer", async () => {
    const explain = async (body: object): Promise<Reply> =>
      askAdmin(gateway, "POST", "/explain", { body: { url: "https://a.example/mine", ...body } });
    const made = await expectStatus(
      201,
      askAdmin(gateway, "POST", "/keys", { body: { consumer: "shown", tier: "pro" } }),
    );
    const [key, unknown, wrong] = [String(made["key"]), newKeyText(), `${newKeyText()} x`];
    const replies = await Promise.all([
      explain({ credential: key }),
      explain({ headers: { "X-API-Key": key } }),
      explain({ credential: unknown }),
      explain({ credential: wrong }),
      explain({ credential: key, consumer: "shown" }),
      explain({ apiKey: key }),
    ]);
    const [shown, inField, refused] = replies.map((reply) => reply.json());
    const wanted = { consumer: "shown", tier: "pro", apiKey: made["id"], policies: [{ limit: 90 }] };
    expect([shown, inField]).toMatchObject([wanted, wanted]);
    expect(refused).toMatchObject({ problem: "credential-invalid", status: 401, cause: "unknown key" });
    expect(replies.slice(3).map(({ status }) => status)).toEqual([400, 400, 400]);
    const audit = await askAdmin(gateway, "GET", "/audit?limit=100");
    const said = [...replies, audit]
      .map((reply) => reply.text())
      .concat(gateway.logs())
      .join("\n");
    for (const secret of [key, unknown, wrong]) expect(said).not.toContain(secret.slice(12));
  });

  it("judges a key by its id or its prefix as it is, and a consumer by the first of its keys that is accepted", async () => {
    const explain = async (body: object): Promise<Item> =>
      expectStatus(
        200,
        askAdmin(gateway, "POST", "/explain", { body: { url: "https://a.example/mine", ...body } }),
      );
    const create = async (body: object): Promise<Item> =>
      expectStatus(201, askAdmin(gateway, "POST", "/keys", { body: { consumer: "several", ...body } }));
    const disabled = await create({ enabled: false });
    const [{ prefix }] = disabled["prefixes"] as [{ prefix: string }];
    const off = { problem: "credential-invalid", cause: "disabled key" };
    expect(await explain({ apiKey: disabled["id"] })).toMatchObject(off);
    expect(await explain({ apiKey: prefix })).toMatchObject(off);
    expect(await explain({ consumer: "several" })).toMatchObject(off);
    const good = await create({ tier: "pro" });
    expect(await explain({ consumer: "several" })).toMatchObject({ apiKey: good["id"], tier: "pro" });
    for (const [apiKey, status] of [
      ["k999999", 404],
      ["hg_nobodyhas", 404],
      ["hg_", 400],
    ] as const)
      expect(
        (await askAdmin(gateway, "POST", "/explain", { body: { url: "https://a.example/mine", apiKey } }))
          .status,
      ).toBe(status);
  });

  it("of a batch says what counts it as such", async () => {
    const ip = "203.0.113.77";
    const explain = async (method: string): Promise<Item> =>
      expectStatus(
        200,
        askAdmin(gateway, "POST", "/explain", {
          body: { method, url: `https://a.example${BATCH_PATH}`, address: ip },
        }),
      );
    const policies = [{ policy: "batches", verdict: { outcome: "allowed", remaining: 1 } }];
    expect(await explain("POST")).toMatchObject({ policies });
    for (let at = 0; at < 2; at += 1) await sendBatch(gateway, [{ method: "GET", path: "/x" }], { ip });
    expect((await sendBatch(gateway, [{ method: "GET", path: "/x" }], { ip })).status).toBe(429);
    expect(await explain("POST")).toMatchObject({ problem: "quota-exceeded", denied: ["batches"] });
    expect(await explain("GET")).toMatchObject({ problem: "method-not-allowed", status: 405 });
  });

  it("says what the request would end with", async () => {
    await expectStatus(
      201,
      askAdmin(gateway, "POST", "/bans", { body: { value: "203.0.113.2", reason: "scraper" } }),
    );
    const explain = async (body: object): Promise<Item> =>
      expectStatus(200, askAdmin(gateway, "POST", "/explain", { body }));
    expect(await explain({ url: "https://a.example/", address: "203.0.113.2" })).toMatchObject({
      problem: "banned",
      ban: { reason: "scraper" },
    });
    expect(await explain({ url: "https://a.example/%zz" })).toMatchObject({ problem: "malformed-escape" });
    expect(
      await explain({ url: "https://a.example/", headers: { "CF-Connecting-IP": "203.0.113.2" } }),
    ).not.toHaveProperty("ban");
    for (const wrong of [
      { url: "/a" },
      { url: "https://" },
      { url: "https://a.example", headers: { "a b": "c" } },
      { url: "https://a.example", method: "CONNECT" },
    ])
      expect((await askAdmin(gateway, "POST", "/explain", { body: wrong })).status).toBe(400);
  });

  it("takes what Bot Management would say of the client, and refuses what nothing asks for", async () => {
    const explain = async (body: object): Promise<Reply> =>
      askAdmin(gateway, "POST", "/explain", {
        body: { url: "https://a.example/people", address: "203.0.113.90", ...body },
      });
    const [low, higher, verified, untold] = await Promise.all(
      [{ botScore: 12 }, { botScore: 25 }, { botScore: 12, verifiedBot: true }, {}].map(async (bot) =>
        (await explain(bot)).json(),
      ),
    );
    expect(low).toMatchObject({ problem: "access-denied", cause: "routes.2.access.deny: bot score 12" });
    for (const item of [higher, verified, untold]) expect(item).not.toHaveProperty("problem");
    expect([low, higher, verified].map((item) => item?.["reputation"])).toMatchObject([
      { points: 3 },
      { points: 3 },
      { points: 0 },
    ]);
    const vain = await explain({ ja4: "t13d1516h2_8daaf6152771_b0da82dd1658" });
    expect([vain.status, vain.json()]).toMatchObject([
      400,
      { problems: [{ path: "ja4", code: "no-effect" }] },
    ]);
    expect((await explain({ botScore: 0 })).status).toBe(400);
  });

  it("says what is held against an address by a reputation that is a dry run, which refuses nothing", async () => {
    const ip = "203.0.113.77";
    for (let sent = 0; sent < 6; sent += 1) await send(gateway, "/org/.env", { ip });
    const body = { url: "https://api.example/org", address: ip };
    const explained = await until("a ban that is not enforced", async () => {
      const item = await expectStatus(200, askAdmin(gateway, "POST", "/explain", { body }));
      return (item["reputation"] as Item)["standing"] === "banned" ? item : undefined;
    });
    expect(explained).toMatchObject({ reputation: { isShadow: true, standing: "banned" } });
    expect((await send(gateway, "/org", { ip, fields: [["x-org", "calm"]] })).status).toBe(200);
    const ofPage = { ...body, headers: { "sec-fetch-site": "cross-site" } };
    const other = await expectStatus(
      200,
      askAdmin(gateway, "POST", "/explain", { body: { ...ofPage, address: "203.0.113.78" } }),
    );
    expect(other["reputation"]).toMatchObject({ standing: "clear", score: 0 });
  });

  it("logs who would be suspect or banned in that dry run, without an address", async () => {
    const suspect = "203.0.113.81";
    const banned = "203.0.113.82";
    const before = readStandings().length;
    for (let sent = 0; sent < 2; sent += 1) await send(gateway, "/org/.env", { ip: suspect });
    for (let sent = 0; sent < 6; sent += 1) await send(gateway, "/org/.env", { ip: banned });
    // By a slow machine's clock whoever is banned was reported as suspect before.
    const [ban, suspicion] = await until("a line of each", () => {
      const lines = readStandings().slice(before);
      const last = lines.find((line) => line["standing"] === "banned");
      const other = lines.find((line) => line["standing"] === "suspect" && line["key"] !== last?.["key"]);
      return last === undefined || other === undefined ? undefined : [last, other];
    });
    const key: unknown = expect.stringMatching(/^[0-9a-f]{16}$/);
    expect(suspicion).toMatchObject({ key, mode: "shadow" });
    expect(ban).toMatchObject({ key, mode: "shadow" });
    expect(ban?.["score"]).toBeGreaterThanOrEqual(90);
    expect(ban?.["banMs"]).toBeGreaterThan(500_000);
    expect(JSON.stringify([ban, suspicion])).not.toContain("203.0.113");
    // The third of three; a suspect would have one.
    expect((await send(gateway, "/a", { ip: suspect })).status).toBe(200);
    expect((await send(gateway, "/org", { ip: banned, fields: [["x-org", "calm"]] })).status).toBe(200);
  });
});
