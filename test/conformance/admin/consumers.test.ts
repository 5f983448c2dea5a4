// One consumer over HTTP: by API keys and by tokens, what it has used of every policy, and who is named where nobody is.

import { describe, expect, it } from "vitest";
import { forge } from "../../../tools/fuzz/forge-token.ts";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const SECRET = "a shared secret of more than 32 bytes, for what is signed here";
const exact = { algorithm: "sliding-window", window: "1h", consistency: "exact" };

const { gateway } = await startStand(
  {
    auth: {
      issuers: [
        {
          issuer: "us",
          audience: "api",
          algorithms: ["HS256"],
          secret: "JWT_SECRET",
          claims: { tier: "plan" },
        },
      ],
    },
    policies: {
      plan: { ...exact, limit: 3, key: "consumer" },
      paths: { ...exact, limit: 5, key: ["consumer", "path"] },
      each: { ...exact, limit: 4, key: "api-key", onMissing: "skip" },
      subject: { ...exact, limit: 7, key: "jwt:sub", onMissing: "skip" },
      client: { ...exact, limit: 90, key: "ip" },
    },
    tiers: { pro: { plan: { limit: 6 } } },
    routes: [{ path: "/*", auth: "required", policies: ["plan", "paths", "each", "subject", "client"] }],
  },
  { vars: { ADMIN_TOKEN, JWT_SECRET: SECRET } },
);

type Item = Readonly<Record<string, unknown>>;

const look = async (name: string): Promise<Item> =>
  expectStatus(200, askAdmin(gateway, "GET", `/consumers?name=${encodeURIComponent(name)}`));

async function use(text: string, path: string): Promise<void> {
  await send(gateway, path, { fields: [["Authorization", `Bearer ${text}`]] });
}

/** Policy, key, tier, limit, used and what comes next, of what was used. */
const toUsed = ({ counters }: Item): readonly unknown[] =>
  (counters as Item[])
    .filter(({ used }) => used !== 0)
    .map(({ policy, key, tier, limit, used, outcome }) => [policy, key, tier, limit, used, outcome]);

describe("a consumer", () => {
  it("with API keys has them, its counters by what it may use, its bans and its overrides", async () => {
    const create = async (kind: string, body: object): Promise<Item> =>
      expectStatus(201, askAdmin(gateway, "POST", `/${kind}`, { body }));
    const key = await create("keys", { consumer: "acme co", tier: "pro" });
    await create("keys", { consumer: "acme co", enabled: false });
    await create("keys", { consumer: "other" });
    await create("overrides", { policy: "each", key: [key["id"]], limit: 9, reason: "launch" });
    const ban = await create("bans", { key: "api-key", value: "k2", reason: "stolen" });
    for (let at = 0; at < 7; at += 1) await use(String(key["key"]), "/a");
    await use(String(key["key"]), "/b");

    const shown = await look("acme co");
    expect((shown["keys"] as Item[]).map(({ id, tier }) => [id, tier])).toEqual([
      [key["id"], "pro"],
      ["k2", undefined],
    ]);
    expect(toUsed(shown)).toEqual([
      ["plan", "consumer=7:acme co", "pro", 6, 6, "denied"],
      ["paths", "consumer=7:acme co|path=2:/a", undefined, 5, 5, "denied"],
      ["paths", "consumer=7:acme co|path=2:/b", undefined, 5, 1, "allowed"],
      ["each", `api-key=2:${String(key["id"])}`, undefined, 9, 6, "allowed"],
    ]);
    expect(shown).toMatchObject({
      bans: [{ id: ban["id"] }],
      overrides: [{ policy: "each", limit: 9 }],
      unanswered: [],
    });
    const found = await expectStatus(
      200,
      askAdmin(
        gateway,
        "GET",
        `/key-search?prefix=${String((key["prefixes"] as Item[])[0]?.["prefix"])}_and`,
      ),
    );
    expect(found["items"]).toMatchObject([{ id: key["id"] }]);
  });

  it("with tokens alone is looked at by its name, with the tier that its tokens said", async () => {
    const claims = {
      iss: "us",
      aud: "api",
      exp: Math.ceil(Date.now() / 1_000) + 3_600,
      sub: "bob",
      plan: "pro",
    };
    const token = forge({ alg: "HS256" }, claims, SECRET);
    for (let at = 0; at < 4; at += 1) await use(token, `/${at}`);
    const shown = await look("bob");
    expect(shown["keys"]).toEqual([]);
    const used = toUsed(shown);
    expect(used).toContainEqual(["plan", "consumer=3:bob", "pro", 6, 4, "allowed"]);
    expect(used).toContainEqual(["paths", "consumer=3:bob|path=2:/3", undefined, 5, 1, "allowed"]);
    expect(used).toContainEqual(["subject", expect.stringMatching(/^sha256:/), undefined, 7, 4, "allowed"]);
  });

  it("that nobody has heard of has used nothing", async () => {
    const { keys, counters } = await look("nobody");
    expect([keys, (counters as Item[]).map(({ policy, used, limit }) => [policy, used, limit])]).toEqual([
      [],
      [
        ["plan", 0, 3],
        ["subject", 0, 7],
      ],
    ]);
    expect((await askAdmin(gateway, "GET", "/consumers?name=%20")).status).toBe(400);
  });
});

it.each([
  ["GET", "/keys/k99", 'no API key "k99"'],
  ["GET", "/bans/b99", 'no ban "b99"'],
  ["GET", "/config/versions/7", 'no version "7"'],
])("%s %s names what is not there", async (method, path, detail) => {
  expect(await expectStatus(404, askAdmin(gateway, method, path))).toMatchObject({
    code: "not-found",
    detail,
  });
});
