// What operators change at run time meets who is calling: keys that were made over the API, overrides of a tier, bans of
// a consumer, and access entries beside the configuration's lists.

import { describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { type Reply, send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";
import { until } from "../support/until.ts";

const { gateway } = await startStand(
  {
    // Exact: what is granted to an isolate counts as used for a while when its limit changes.
    policies: {
      plan: { algorithm: "fixed-window", limit: 100, window: "1h", key: "consumer", consistency: "exact" },
    },
    tiers: { pro: { plan: { limit: 1_000 } } },
    access: { deny: { addresses: ["198.51.100.0/24"] } },
    routes: [
      { path: "/mine", auth: "required", policies: ["plan"] },
      { path: "/*", policies: [] },
    ],
  },
  { vars: { ADMIN_TOKEN } },
);

async function createKey(consumer: string, tier?: string): Promise<string> {
  const body = { consumer, ...(tier === undefined ? {} : { tier }) };
  const { key } = await expectStatus(201, askAdmin(gateway, "POST", "/keys", { body }));
  return String(key);
}

const ask = (key: string): Promise<Reply> => send(gateway, "/mine", { fields: [["X-API-Key", key]] });
const askFrom = (ip: string): Promise<Reply> => send(gateway, "/open", { ip });
const limitOf = (reply: Reply): string | undefined => reply.field("X-RateLimit-Limit");
const codeOf = (reply: Reply): unknown => reply.json()["code"];

describe("a key that was made over the admin API", () => {
  it("opens, with the limits of its tier", async () => {
    expect(limitOf(await ask(await createKey("free customer")))).toBe("100");
    expect(limitOf(await ask(await createKey("paying customer", "pro")))).toBe("1000");
  });

  it("gets an override of its tier, and one of its own before that; what was used stays used", async () => {
    const [free, pro] = [await createKey("left alone"), await createKey("raised", "pro")];
    expect((await ask(pro)).field("X-RateLimit-Remaining")).toBe("999");
    const ofTier = { policy: "plan", tier: "pro", limit: 2_000, reason: "summer" };
    await expectStatus(201, askAdmin(gateway, "POST", "/overrides", { body: ofTier }));
    const raised = await ask(pro);
    expect([limitOf(raised), raised.field("X-RateLimit-Remaining")]).toEqual(["2000", "1998"]);
    expect(limitOf(await ask(free))).toBe("100");
    const ofOne = { policy: "plan", key: ["raised"], limit: 5_000, reason: "until Friday" };
    await expectStatus(201, askAdmin(gateway, "POST", "/overrides", { body: ofOne }));
    const own = await ask(pro);
    expect([limitOf(own), own.field("X-RateLimit-Remaining")]).toEqual(["5000", "4997"]);
  });

  it("is refused while its consumer is banned, and its consumer alone", async () => {
    const [banned, other] = [await createKey("banned"), await createKey("other")];
    const body = { key: "consumer", value: "banned", reason: "did not pay" };
    const { id } = await expectStatus(201, askAdmin(gateway, "POST", "/bans", { body }));
    const refused = await ask(banned);
    expect([refused.status, codeOf(refused)]).toEqual([403, "banned"]);
    expect((await ask(other)).status).toBe(200);
    await expectStatus(204, askAdmin(gateway, "DELETE", `/bans/${String(id)}`, { ifMatch: "*" }));
    expect((await ask(banned)).status).toBe(200);
  });
});

describe("an access entry", () => {
  const create = (entry: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> =>
    expectStatus(201, askAdmin(gateway, "POST", "/access", { body: { reason: "a test", ...entry } }));

  it("keeps out whom it denies, until it is deleted", async () => {
    expect((await askFrom("203.0.113.5")).status).toBe(200);
    const { id } = await create({ action: "deny", cidr: "203.0.113.0/24" });
    const refused = await askFrom("203.0.113.5");
    expect([refused.status, codeOf(refused)]).toEqual([403, "access-denied"]);
    const cause = `access entry ${String(id)}: address 203.0.113.0/24`;
    await until("its line", () => gateway.logs().some((line) => line.includes(`"cause":"${cause}"`)));
    const described = { url: "https://api.example/open", address: "203.0.113.5" };
    const explained = await expectStatus(200, askAdmin(gateway, "POST", "/explain", { body: described }));
    expect(explained).toMatchObject({ problem: "access-denied", cause });
    expect((await askFrom("203.0.114.5")).status).toBe(200);
    await expectStatus(204, askAdmin(gateway, "DELETE", `/access/${String(id)}`, { ifMatch: "*" }));
    expect((await askFrom("203.0.113.5")).status).toBe(200);
  });

  it("lets in whom the configuration denies, and nobody beside", async () => {
    await create({ action: "allow", cidr: "198.51.100.7" });
    const statuses = [];
    for (const ip of ["198.51.100.7", "198.51.100.8", "192.0.2.1"]) statuses.push((await askFrom(ip)).status);
    expect(statuses).toEqual([200, 403, 200]);
  });

  it("ends by itself", async () => {
    await create({ action: "deny", cidr: "203.0.113.99", expiresAtMs: Date.now() + 1_500 });
    expect((await askFrom("203.0.113.99")).status).toBe(403);
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    expect((await askFrom("203.0.113.99")).status).toBe(200);
  });

  it("that is no network is refused", async () => {
    const body = { action: "deny", cidr: "203.0.113.5/24", reason: "bits beyond the prefix" };
    await expectStatus(400, askAdmin(gateway, "POST", "/access", { body }));
  });
});
