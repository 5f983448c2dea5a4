// Tokens of identity providers, signed with real keys and read through their presets: each is accepted with its consumer,
// tier and scopes, and what the same provider issues for somebody else is a 401. Only where the keys are is not the preset's.

import { afterAll, describe, expect, it } from "vitest";
import { providers } from "../../support/provider-tokens.ts";
import { newAddress, send, type Reply } from "../support/client.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { newSigner, sign } from "../support/tokens.ts";

const origin = await startOrigin();
afterAll(origin.close);
const [rsa, curve] = await Promise.all([newSigner("rsa", "RS256"), newSigner("curve")]);
origin.serve("/jwks", () => ({ body: JSON.stringify({ keys: [rsa.jwk, curve.jwk] }) }));

const tiers = [...new Set(providers.flatMap(({ identity: { tier } }) => tier ?? []))];
const gateway = await startGateway({
  config: toConfigSource({
    origin: origin.url,
    auth: {
      attempts: { limit: 1_000, window: "1m" },
      issuers: providers.map(({ given }) => ({ ...given, jwks: `${origin.url}/jwks` })),
    },
    tiers: Object.fromEntries(tiers.map((tier) => [tier, { plan: { limit: 100 } }])),
    policies: { plan: { algorithm: "token-bucket", limit: 10, window: "1m", key: "consumer" } },
    routes: [{ path: "/*", auth: "required", policies: ["plan"] }],
  }),
});
afterAll(gateway.close);

async function show(claims: Readonly<Record<string, unknown>>, signer = rsa): Promise<Reply> {
  const exp = Math.floor(Date.now() / 1_000) + 60;
  const token = await sign(signer, { claims: { ...claims, exp, iat: exp - 120, nbf: exp - 120 } });
  return send(gateway, "/", { ip: newAddress(), fields: [["Authorization", `Bearer ${token}`]] });
}

describe.each(providers)("a token of $name", ({ claims, identity, foreign }) => {
  it("is its consumer's, on its tier", async () => {
    const reply = await show(claims);
    expect([reply.status, reply.field("X-RateLimit-Limit")]).toEqual([
      200,
      identity.tier === undefined ? "10" : "100",
    ]);
    const [request] = origin.requests("/").slice(-1);
    expect(request?.field("X-Consumer")).toBe(identity.consumer);
  });

  it.each(Object.entries(foreign))("is refused where it is %s", async (_, changed) => {
    const reply = await show({ ...claims, ...changed });
    expect([reply.status, reply.json()["status"]]).toEqual([401, 401]);
  });

  it("is refused where its algorithm is not the provider's", async () => {
    const reply = await show(claims, curve);
    expect(reply.status).toBe(claims["role"] === "authenticated" ? 200 : 401);
  });
});
