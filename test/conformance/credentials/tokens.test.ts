// JSON Web Tokens: which are believed, which never, and how the issuer's keys are read.

import { afterAll, describe, expect, it } from "vitest";
import { newAddress, send, type Reply, type RequestOptions } from "../support/client.ts";
import { startGateway, toConfigSource } from "../support/gateway.ts";
import { startOrigin } from "../support/origin.ts";
import { untilTime } from "../support/until.ts";
import { forge } from "../../../tools/fuzz/forge-token.ts";
import { newSigner, sign } from "../support/tokens.ts";

const SECRET = "a shared secret of more than 64 bytes, for what HMAC there may ever be";
const AUDIENCE = "https://api.example.com";

const origin = await startOrigin();
afterAll(origin.close);
const [first, second, foreign, pinned] = await Promise.all([
  newSigner("first"),
  newSigner("second", "RS256"),
  newSigner("first"),
  newSigner("pinned", "RS256"),
]);
let published: readonly unknown[] = [first.jwk];
origin.serve("/jwks", () => ({ body: JSON.stringify({ keys: published }) }));
origin.serve("/down", { status: 500, body: "down" });

const issuer = (name: string, path: string) => ({
  issuer: name,
  audience: AUDIENCE,
  algorithms: ["ES256", "RS256"],
  jwks: `${origin.url}${path}`,
  claims: { tier: "plan" },
});

const gateway = await startGateway({
  config: toConfigSource({
    origin: origin.url,
    auth: {
      attempts: { limit: 1_000, window: "1m" },
      issuers: [
        issuer("https://jwks.example", "/jwks"),
        issuer("https://down.example", "/down"),
        {
          issuer: "secret",
          audience: [AUDIENCE, "other"],
          algorithms: ["HS256"],
          secret: "JWT_SECRET",
          skew: "1s",
        },
        { issuer: "unset", audience: AUDIENCE, algorithms: ["HS256"], secret: "JWT_UNSET" },
        {
          issuer: "pem",
          audience: AUDIENCE,
          algorithms: ["RS256"],
          publicKey: "JWT_PUBLIC_KEY",
          claims: { consumer: "client_id", scopes: "scp" },
          skew: "5s",
        },
      ],
    },
    policies: {
      "per-user": { algorithm: "sliding-window", limit: 1, window: "1h", key: "jwt:sub", onMissing: "deny" },
    },
    routes: [
      { path: "/per-user", auth: "required", policies: ["per-user"] },
      { path: "/scoped", auth: "required", scopes: ["read"] },
      { path: "/*", auth: "required" },
    ],
  }),
  vars: { JWT_SECRET: SECRET, JWT_PUBLIC_KEY: pinned.pem.replaceAll("\n", "\\n") },
});
afterAll(gateway.close);

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const claimsOf = (iss: string, over: Readonly<Record<string, unknown>> = {}) => ({
  iss,
  aud: AUDIENCE,
  sub: "ann",
  exp: nowSeconds() + 600,
  ...over,
});

const ask = (token: string, path = "/x"): Promise<Reply> => {
  const options: RequestOptions = { ip: newAddress(), fields: [["Authorization", `Bearer ${token}`]] };
  return send(gateway, path, options);
};
const codeOf = (reply: Reply): unknown => (reply.status === 200 ? 200 : reply.json()["code"]);
const JWKS_ISSUER = "https://jwks.example";

describe("a token that is believed", () => {
  it("is verified for many requests at once while the keys are still to come", async () => {
    const token = await sign(first, { claims: claimsOf(JWKS_ISSUER, { sub: "many" }) });
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(token)));
    expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(origin.requests("/jwks").length).toBe(1);
  });

  it("names its consumer and tier to the origin, and stays at the gateway", async () => {
    const token = await sign(first, { claims: claimsOf(JWKS_ISSUER, { plan: "gold" }) });
    expect((await ask(token)).status).toBe(200);
    const asked = origin.requests("/x").at(-1);
    expect([asked?.field("x-consumer"), asked?.field("x-tier")]).toEqual(["ann", "gold"]);
    expect(JSON.stringify(asked?.fields)).not.toContain(token);
  });

  it("is signed by a key of the JWKS, by a shared secret or by a pinned public key", async () => {
    const tokens = [
      await sign(first, { claims: claimsOf(JWKS_ISSUER) }),
      forge({ alg: "HS256" }, claimsOf("secret", { aud: ["x", "other"] }), SECRET),
      await sign(pinned, { claims: claimsOf("pem", { client_id: 42, sub: undefined }) }),
    ];
    for (const token of tokens) expect((await ask(token)).status).toBe(200);
    expect(origin.requests("/x").at(-1)?.field("x-consumer")).toBe("42");
  });

  it("counts by its claims, each issuer's for itself", async () => {
    const ann = await sign(first, { claims: claimsOf(JWKS_ISSUER, { jti: "1" }) });
    const annAgain = await sign(first, { claims: claimsOf(JWKS_ISSUER, { jti: "2" }) });
    const otherAnn = forge({ alg: "HS256" }, claimsOf("secret"), SECRET);
    const statuses = [];
    for (const token of [ann, annAgain, otherAnn]) statuses.push((await ask(token, "/per-user")).status);
    expect(statuses).toEqual([200, 429, 200]);
  });

  it("has scopes as text or as a list", async () => {
    const text = await sign(first, { claims: claimsOf(JWKS_ISSUER, { scope: "write read" }) });
    const list = await sign(pinned, { claims: claimsOf("pem", { client_id: "c", scp: ["read"] }) });
    const none = await sign(pinned, { claims: claimsOf("pem", { client_id: "c", scope: "read" }) });
    expect([codeOf(await ask(text, "/scoped")), codeOf(await ask(list, "/scoped"))]).toEqual([200, 200]);
    expect(codeOf(await ask(none, "/scoped"))).toBe("scope-missing");
  });
});

describe("a token that is never believed", () => {
  const header = { alg: "ES256", kid: "first" };
  const claims = (): object => claimsOf(JWKS_ISSUER);

  it.each([
    ["without a signature", async () => forge({ alg: "none" }, claims())],
    ["that says none in other letters", async () => forge({ alg: "nOnE" }, claims())],
    [
      "signed by an HMAC of the public key",
      async () => forge({ ...header, alg: "HS256" }, claims(), JSON.stringify(first.jwk)),
    ],
    [
      "signed by an HMAC of the PEM",
      async () => forge({ alg: "HS256" }, claimsOf("pem", { client_id: "c" }), pinned.pem),
    ],
    [
      "signed by another's key of the same name",
      async () => sign(foreign, { claims: claimsOf(JWKS_ISSUER) }),
    ],
    [
      "of an issuer that nobody pinned",
      async () => sign(first, { claims: claimsOf("https://evil.example") }),
    ],
    [
      "of one issuer, signed by another's key",
      async () => sign(first, { claims: claimsOf("pem", { client_id: "c" }) }),
    ],
    [
      "that brings its own key",
      async () => sign(foreign, { claims: claimsOf(JWKS_ISSUER), header: { kid: "own", jwk: foreign.jwk } }),
    ],
    [
      "with an extension that nobody understands",
      async () => forge({ alg: "HS256", crit: ["x"], x: 1 }, claimsOf("secret"), SECRET),
    ],
    [
      "signed by an algorithm that is not pinned",
      async () => forge({ alg: "HS512" }, claimsOf("secret"), SECRET, "sha512"),
    ],
    ["signed by another secret", async () => forge({ alg: "HS256" }, claimsOf("secret"), `${SECRET}!`)],
    ["for another audience", async () => sign(first, { claims: claimsOf(JWKS_ISSUER, { aud: "else" }) })],
    ["for no audience", async () => sign(first, { claims: claimsOf(JWKS_ISSUER, { aud: undefined }) })],
    ["that never expires", async () => sign(first, { claims: claimsOf(JWKS_ISSUER, { exp: undefined }) })],
    [
      "that expires at a word",
      async () => forge({ alg: "HS256" }, claimsOf("secret", { exp: "tomorrow" }), SECRET),
    ],
    [
      "that is not valid yet",
      async () => sign(first, { claims: claimsOf(JWKS_ISSUER, { nbf: nowSeconds() + 60 }) }),
    ],
    [
      "that names no consumer",
      async () => sign(first, { claims: claimsOf(JWKS_ISSUER, { sub: undefined }) }),
    ],
    [
      "whose consumer is an object",
      async () => sign(first, { claims: claimsOf(JWKS_ISSUER, { sub: { a: 1 } }) }),
    ],
    [
      "whose consumer breaks the line",
      async () => sign(first, { claims: claimsOf(JWKS_ISSUER, { sub: "a\r\nx: y" }) }),
    ],
    ["whose parts are no JSON", () => Promise.resolve("YQ.YQ.YQ")],
  ])("%s", async (_name, make) => {
    expect(codeOf(await ask(await make()))).toBe("credential-invalid");
  });

  it("that has expired, but for the skew", async () => {
    const [fresh, old] = [nowSeconds() - 3, nowSeconds() - 10];
    const sent = async (exp: number) =>
      ask(await sign(pinned, { claims: claimsOf("pem", { client_id: "c", exp }) }));
    expect(codeOf(await sent(fresh))).toBe(200);
    expect(codeOf(await sent(old))).toBe("credential-expired");
  });

  it("that was believed until it expired", async () => {
    const token = forge({ alg: "HS256" }, claimsOf("secret", { exp: nowSeconds() + 2 }), SECRET);
    expect(codeOf(await ask(token))).toBe(200);
    await untilTime(Date.now() + 4_200);
    expect(codeOf(await ask(token))).toBe("credential-expired");
  });
});

describe("an issuer's keys", () => {
  it("that cannot be had are a 503 and no 401, and are not asked for by every request", async () => {
    const statuses = [];
    for (let time = 0; time < 5; time += 1) {
      const token = await sign(first, { claims: claimsOf("https://down.example", { jti: String(time) }) });
      const reply = await ask(token);
      statuses.push(reply.status);
      expect([codeOf(reply), reply.field("retry-after")]).toEqual(["credential-unverifiable", "1"]);
    }
    expect(statuses).toEqual([503, 503, 503, 503, 503]);
    expect(origin.requests("/down").length).toBe(1);
    expect(codeOf(await ask(forge({ alg: "HS256" }, claimsOf("unset"), "")))).toBe("credential-unverifiable");
  });

  it("are not asked for again within the cool-down, whatever keys clients name", async () => {
    published = [second.jwk];
    for (let time = 0; time < 5; time += 1) {
      const token = await sign(second, {
        claims: claimsOf(JWKS_ISSUER),
        header: { kid: `invented ${time}` },
      });
      expect(codeOf(await ask(token))).toBe("credential-invalid");
    }
    expect(origin.requests("/jwks").length).toBe(1);
  });
});
