// The two gateways of the fuzz: one whose admin API is asked, and one that looks at credentials in every way there is.

export function toAdminConfig(origin: string): object {
  return {
    origin,
    counters: { shards: 2 },
    policies: { api: { algorithm: "token-bucket", limit: 1_000_000, window: "1m", key: ["ip", "path"] } },
    tiers: { pro: {} },
    routes: [
      { path: "/mine", auth: "required", scopes: ["read"] },
      { path: "/*", policies: ["api"], cache: { ttl: "1s" } },
    ],
  };
}

export function toCredentialConfig(origin: string): object {
  const common = { audience: "api" };
  return {
    origin,
    auth: {
      apiKeys: { query: "key" },
      attempts: { limit: 1_000_000 },
      issuers: [
        {
          ...common,
          issuer: "secret",
          algorithms: ["HS256"],
          secret: "JWT_SECRET",
          claims: { tier: "plan" },
        },
        { ...common, issuer: "pem", algorithms: ["RS256"], publicKey: "JWT_PUBLIC_KEY" },
      ],
    },
    access: { deny: { userAgents: ["*evil*bot*"] } },
    tiers: { pro: { p: { limit: 1_000 } } },
    policies: {
      p: {
        algorithm: "token-bucket",
        limit: 100,
        window: "1s",
        key: ["consumer", "jwt:sub"],
        onMissing: "skip",
      },
    },
    routes: [
      {
        path: "/cacheable",
        auth: "optional",
        policies: ["p"],
        cache: { ttl: "1h", key: { headers: ["authorization"] } },
      },
      { path: "/*", auth: "optional", policies: ["p"] },
    ],
  };
}
