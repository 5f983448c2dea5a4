// Issuers of many tenants, whose keys stand in one set: each tenant's tokens are its own. And keys of other kinds than a
// preset expects: a project's secret, another curve.

import { afterAll, describe, expect, it } from "vitest";
import { forge } from "../../../tools/fuzz/forge-token.ts";
import { newAddress, send, type Reply } from "../support/client.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { newSigner, sign } from "../support/tokens.ts";

const SECRET = "the JWT secret of a project, as long as they are";
const TENANT = "7a4c1f5e-0000-4000-8000-000000000001";
const OTHER = "7a4c1f5e-0000-4000-8000-0000000000ff";
const ENTRA = "https://login.microsoftonline.com";

const origin = await startOrigin();
afterAll(origin.close);
const [common, own, curve] = await Promise.all([
  newSigner("common", "RS256"),
  newSigner("own", "RS256"),
  newSigner("curve", "EdDSA"),
]);
const keys = [
  { ...common.jwk, issuer: `${ENTRA}/{tenantid}/v2.0` },
  { ...own.jwk, issuer: `${ENTRA}/${TENANT}/v2.0` },
];
origin.serve("/tenants", () => ({ body: JSON.stringify({ keys }) }));
origin.serve("/curve", () => ({ body: JSON.stringify({ keys: [curve.jwk] }) }));

const entra = (preset: string) => ({
  preset,
  tenant: "organizations",
  audience: "api://many",
  jwks: `${origin.url}/tenants`,
});
const gateway = await startGateway({
  config: toConfigSource({
    origin: origin.url,
    auth: {
      attempts: { limit: 1_000, window: "1m" },
      issuers: [
        entra("entra"),
        entra("entra-v1"),
        { preset: "supabase", tenant: "abcd", secret: "PROJECT_SECRET", algorithms: "HS256" },
        {
          preset: "keycloak",
          tenant: "id.acme.test/realms/main",
          authorizedParties: "web-app",
          algorithms: "EdDSA",
          jwks: `${origin.url}/curve`,
        },
      ],
    },
    policies: {
      "per-org": {
        algorithm: "sliding-window",
        limit: 1,
        window: "1h",
        key: ["jwt:app_metadata.org", 'jwt:app_metadata["a.b"]'],
        onMissing: "deny",
      },
      "per-person": { algorithm: "sliding-window", limit: 1, window: "1h", key: "jwt:oid" },
    },
    routes: [
      { path: "/org", auth: "required", policies: ["per-org"] },
      { path: "/person", auth: "required", policies: ["per-person"] },
      { path: "/*", auth: "required" },
    ],
  }),
  vars: { PROJECT_SECRET: SECRET },
});
afterAll(gateway.close);

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const ask = (token: string, path = "/x"): Promise<Reply> =>
  send(gateway, path, { ip: newAddress(), fields: [["Authorization", `Bearer ${token}`]] });
const codeOf = (reply: Reply): unknown => (reply.status === 200 ? 200 : reply.json()["code"]);

describe("a token of one of many tenants", () => {
  const toClaims = (iss: string, tid: string, over: object = {}) => ({
    iss,
    tid,
    aud: "api://many",
    oid: "o1",
    exp: nowSeconds() + 60,
    ...over,
  });
  const version2 = (tenant: string): string => `${ENTRA}/${tenant}/v2.0`;

  it("is believed whichever tenant and version it is of", async () => {
    for (const iss of [version2(OTHER), `https://sts.windows.net/${OTHER}/`])
      expect(codeOf(await ask(await sign(common, { claims: toClaims(iss, OTHER) })))).toBe(200);
    expect(codeOf(await ask(await sign(own, { claims: toClaims(version2(TENANT), TENANT) })))).toBe(200);
  });

  it("counts for itself, for tenants know nothing of each other", async () => {
    const statuses = [];
    for (const tenant of [TENANT, OTHER, OTHER]) {
      const claims = toClaims(version2(tenant), tenant, { jti: `${statuses.length}` });
      statuses.push((await ask(await sign(common, { claims }), "/person")).status);
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  it.each<[string, object]>([
    ["names another tenant than its issuer is", { tid: TENANT }],
    ["names no tenant", { tid: undefined }],
    ["names a tenant that is a path", { tid: "a/b", iss: version2("a/b") }],
    ["says the place itself", { tid: "{tid}", iss: version2("{tid}") }],
    ["is for another API", { aud: "api://other" }],
  ])("is refused when it %s", async (_name, over) => {
    const token = await sign(common, { claims: toClaims(version2(OTHER), OTHER, over) });
    expect(codeOf(await ask(token))).toBe("credential-invalid");
  });

  it("is refused when the key of another tenant signed it", async () => {
    const token = await sign(own, { claims: toClaims(version2(OTHER), OTHER) });
    expect(codeOf(await ask(token))).toBe("credential-invalid");
  });
});

describe("a token of a project with a secret", () => {
  const forgeFor = (over: object, secret = SECRET): string => {
    const iss = "https://abcd.supabase.co/auth/v1";
    const claims = { iss, aud: "authenticated", sub: "u1", role: "authenticated", exp: nowSeconds() + 60 };
    return forge({ alg: "HS256" }, { ...claims, ...over }, secret);
  };

  it("is believed, and the keys that everybody has are not", async () => {
    expect(codeOf(await ask(forgeFor({})))).toBe(200);
    const anonymous = { iss: "supabase", ref: "abcd", role: "anon", aud: undefined, sub: undefined };
    for (const token of [forgeFor(anonymous), forgeFor({}, `${SECRET}.`), forgeFor({ exp: undefined })])
      expect(codeOf(await ask(token))).toBe("credential-invalid");
  });

  it("counts by claims in objects, and without them is denied", async () => {
    const statuses = [];
    for (const metadata of [
      { org: "o1", "a.b": 1 },
      { org: "o1", "a.b": 1 },
      { org: "o2", "a.b": 1 },
      { org: "o1" },
    ])
      statuses.push(
        (await ask(forgeFor({ app_metadata: metadata, jti: `${statuses.length}` }), "/org")).status,
      );
    expect(statuses).toEqual([200, 429, 200, 403]);
  });
});

it("a token signed on another curve than the preset's is believed where the issuer says so", async () => {
  const iss = "https://id.acme.test/realms/main";
  const claims = { iss, aud: "account", azp: "web-app", typ: "Bearer", sub: "k1", exp: nowSeconds() + 60 };
  expect(codeOf(await ask(await sign(curve, { claims })))).toBe(200);
  expect(codeOf(await ask(await sign(common, { claims, header: { kid: "curve" } })))).toBe(
    "credential-invalid",
  );
  expect(codeOf(await ask(await sign(curve, { claims: { ...claims, typ: "ID" } })))).toBe(
    "credential-invalid",
  );
});
