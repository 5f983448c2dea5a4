// Limits that are no number: no access, no limit, and what a claim of a token says.

import { afterAll, describe, expect, it } from "vitest";
import { ADMIN_TOKEN, askAdmin, expectStatus } from "../support/admin.ts";
import { newAddress, send, type Reply } from "../support/client.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { issueKey } from "../support/keys.ts";
import { startOrigin } from "../support/origin.ts";
import { newSigner, sign } from "../support/tokens.ts";

const AUDIENCE = "https://api.example.com";
const ISSUER = "https://login.example";
const WINDOW = { algorithm: "sliding-window", window: "1h" };

const origin = await startOrigin();
afterAll(origin.close);
const [signer, foreign] = await Promise.all([newSigner("first"), newSigner("first")]);
origin.serve("/jwks", () => ({ body: JSON.stringify({ keys: [signer.jwk] }) }));

const gateway = await startGateway({
  config: toConfigSource({
    origin: origin.url,
    auth: {
      attempts: { limit: 1_000 },
      issuers: [
        {
          issuer: ISSUER,
          audience: AUDIENCE,
          algorithms: ["ES256"],
          jwks: `${origin.url}/jwks`,
          claims: { tier: "plan" },
        },
      ],
    },
    tiers: {
      free: { export: { limit: 0 } },
      pro: { export: { limit: 2 } },
      partner: { export: { limit: "unlimited" }, plan: { limit: "unlimited" } },
    },
    policies: {
      // All answers have the figures of this one, where it counts.
      beside: { ...WINDOW, limit: 50, key: "consumer" },
      export: { ...WINDOW, limit: 0, key: "consumer" },
      plan: { ...WINDOW, limit: { claim: "rate", default: 2, max: 5 }, key: "consumer" },
      shadow: { ...WINDOW, limit: 0, key: "consumer", mode: "shadow" },
    },
    routes: [
      { path: "/export", auth: "required", policies: ["beside", "export"] },
      { path: "/look", auth: "required", policies: ["export"], cost: 0 },
      { path: "/plan/*", auth: "required", policies: ["plan"] },
      { path: "/shadow", auth: "required", policies: ["shadow"] },
      { path: "/beside", auth: "required", policies: ["beside"] },
    ],
  }),
  vars: { ADMIN_TOKEN },
});
afterAll(gateway.close);

type Credential = readonly [field: string, value: string];

const ask = (path: string, credential: Credential, fields: readonly Credential[] = []): Promise<Reply> =>
  send(gateway, path, { ip: newAddress(), fields: [credential, ...fields] });

async function statusesOf(times: number, path: string, credential: Credential): Promise<readonly number[]> {
  const statuses: number[] = [];
  for (let time = 0; time < times; time += 1) statuses.push((await ask(path, credential)).status);
  return statuses;
}

async function newKey(tier?: string): Promise<Credential> {
  const { text } = await issueKey(gateway, { tier });
  return ["X-API-Key", text];
}

async function newToken(
  sub: string,
  claims: Readonly<Record<string, unknown>>,
  by = signer,
): Promise<Credential> {
  const exp = Math.floor(Date.now() / 1_000) + 600;
  const token = await sign(by, { claims: { iss: ISSUER, aud: AUDIENCE, exp, sub, ...claims } });
  return ["Authorization", `Bearer ${token}`];
}

describe("a limit of 0", () => {
  it.each([["free"], [undefined]])("refuses tier %s with a 403 that promises nothing", async (tier) => {
    const reply = await ask("/export", await newKey(tier));
    expect(reply.status).toBe(403);
    expect(reply.json()).toMatchObject({ status: 403, code: "not-in-plan", "violated-policies": ["export"] });
    expect(reply.field("Retry-After")).toBeUndefined();
    expect(reply.field("RateLimit")).toBeUndefined();
  });

  it("takes nothing of the policies beside it, and locks nobody out", async () => {
    const key = await newKey("free");
    for (let time = 0; time < 5; time += 1) await ask("/export", key);
    expect((await ask("/beside", key)).field("X-RateLimit-Remaining")).toBe("49");
    expect(await statusesOf(3, "/export", await newKey("pro"))).toEqual([200, 200, 429]);
  });

  it("refuses nobody who takes nothing, nor as a shadow", async () => {
    const key = await newKey("free");
    expect(await statusesOf(1, "/look", key)).toEqual([200]);
    expect(await statusesOf(2, "/shadow", key)).toEqual([200, 200]);
  });
});

describe("an unlimited policy", () => {
  it("counts nothing, and its route's other policies go on counting", async () => {
    const key = await newKey("partner");
    expect(await statusesOf(4, "/export", key)).toEqual([200, 200, 200, 200]);
    const reply = await ask("/export", key);
    expect(reply.field("X-RateLimit-Remaining")).toBe("45");
    expect(reply.field("RateLimit-Policy")).toBe('"beside";q=50;w=3600');
  });

  it("leaves answers without figures where it is the only one", async () => {
    const reply = await ask("/plan/a", await newKey("partner"));
    expect([reply.status, reply.field("X-RateLimit-Limit"), reply.field("RateLimit-Policy")]).toEqual([
      200,
      undefined,
      undefined,
    ]);
  });
});

describe("a limit that a claim says", () => {
  it.each<readonly [what: string, claims: Readonly<Record<string, unknown>>, limit: number]>([
    ["as it says", { rate: 3 }, 3],
    ["at most its bound", { rate: 1_000_000 }, 5],
    ["its default for a text", { rate: "many" }, 2],
    ["its default for a negative number", { rate: -4 }, 2],
    ["its default without it", {}, 2],
  ])("is %s", async (what, claims, limit) => {
    const token = await newToken(`claim-${what}`, claims);
    const first = await ask("/plan/a", token);
    expect([first.field("X-RateLimit-Limit"), first.field("RateLimit-Policy")]).toEqual([
      String(limit),
      `"plan";q=${limit};w=3600`,
    ]);
    const statuses = await statusesOf(limit, "/plan/a", token);
    expect(statuses).toEqual([...Array.from({ length: limit - 1 }, () => 200), 429]);
  });

  it("is the default for a key, and never what a client writes beside it", async () => {
    const reply = await ask("/plan/a", await newKey(), [
      ["rate", "5"],
      ["X-Rate", "5"],
    ]);
    expect(reply.field("X-RateLimit-Limit")).toBe("2");
  });

  it("is nothing of a token that nobody signed", async () => {
    const forged = await newToken("forged", { rate: 5 }, foreign);
    expect((await ask("/plan/a", forged)).status).toBe(401);
  });

  it("of 0 is no access", async () => {
    const reply = await ask("/plan/a", await newToken("nothing", { rate: 0 }));
    expect([reply.status, reply.json()["code"]]).toEqual([403, "not-in-plan"]);
  });

  it("holds each token of a consumer to its own, and a denial of one is none of the other", async () => {
    const [small, large] = [await newToken("two", { rate: 1 }), await newToken("two", { rate: 4 })];
    expect(await statusesOf(3, "/plan/a", small)).toEqual([200, 429, 429]);
    expect(await statusesOf(4, "/plan/a", large)).toEqual([200, 200, 200, 429]);
    expect(await statusesOf(1, "/plan/a", small)).toEqual([429]);
  });
});

describe("what is explained", () => {
  const explain = (path: string, body: object): Promise<Readonly<Record<string, unknown>>> =>
    expectStatus(
      200,
      askAdmin(gateway, "POST", "/explain", { body: { url: `https://api.example.com${path}`, ...body } }),
    );

  it("is no access by its policy, and no limit by its name", async () => {
    expect(await explain("/export", { consumer: "ann", tier: "free" })).toMatchObject({
      problem: "not-in-plan",
      status: 403,
      denied: ["export"],
      policies: [{ policy: "beside" }, { policy: "export", limit: 0, decidedBy: "tier", counter: "deny" }],
    });
    expect(await explain("/plan/a", { consumer: "ann", tier: "partner" })).toMatchObject({
      policies: [{ policy: "plan", limit: "unlimited", decidedBy: "tier", counter: "skip" }],
    });
  });

  it("is a token's own limit as its claim says it", async () => {
    const [, value] = await newToken("explained", { rate: 4 });
    const explained = await explain("/plan/a", { headers: { authorization: value } });
    expect(explained).toMatchObject({ policies: [{ policy: "plan", limit: 4, decidedBy: "claim" }] });
    expect(JSON.stringify(explained)).not.toContain("=4");
  });
});
