// A configuration with everything that can refuse a request or change its limits, exactly counted.

const exact = { consistency: "exact", window: "1h" };

/** `origin` is the URL of a real one. */
export function toRefusingConfig(origin: string): Readonly<Record<string, unknown>> {
  return {
    origin,
    counters: { shards: 2 },
    auth: {
      attempts: { limit: 20, window: "1h" },
      apiKeys: { query: "api_key" },
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
    cors: { origins: ["https://page.example"], preflight: "pass" },
    policies: {
      plan: {
        ...exact,
        algorithm: "sliding-window",
        limit: 12,
        key: "consumer",
        limits: [{ methods: ["POST"], limit: 4 }],
      },
      client: { ...exact, algorithm: "fixed-window", limit: 25, key: "ip" },
      place: { ...exact, algorithm: "token-bucket", limit: 9, burst: 5, key: ["ip", "path"] },
      all: { ...exact, algorithm: "sliding-window-counter", limit: 4_000, key: "everyone" },
      org: { ...exact, algorithm: "sliding-window", limit: 6, key: "header:x-org", onMissing: "deny" },
      tried: { ...exact, algorithm: "sliding-window", limit: 2, key: "ip", enforcePercent: 0 },
      strict: {
        ...exact,
        algorithm: "sliding-window",
        limit: 3,
        key: "ip",
        ban: { after: 1, window: "1h", for: ["2h"] },
      },
      lines: { algorithm: "concurrency", limit: 2, expires: "1h", key: "ip" },
      calls: { ...exact, algorithm: "fixed-window", limit: 8, key: "everyone" },
    },
    tiers: { pro: { plan: { limit: 30 }, client: { limit: 40 } } },
    origins: { api: { members: [origin], policies: ["calls"], whenLimited: ["reject"] } },
    routes: [
      { path: "/mine/*", methods: ["GET"], auth: "required", policies: ["plan", "client"] },
      { path: "/mine/*", methods: ["POST"], auth: "required", policies: ["plan"] },
      {
        path: "/write",
        methods: ["POST", "PUT"],
        auth: "required",
        scopes: ["write"],
        policies: ["plan", "all"],
      },
      { path: "/both", auth: "optional", policies: ["plan", "client", "place"], cost: 2 },
      { path: "/big", policies: ["place"], cost: { header: "x-units", max: 20 } },
      { path: "/org", policies: ["org", "tried"] },
      { path: "/strict", policies: ["strict", "tried"] },
      { path: "/lines", policies: ["lines", "client"] },
      { path: "/pool", origin: "api", policies: ["all"] },
      { path: "/host", hosts: ["other.example"], policies: ["client"] },
      {
        path: "/closed",
        access: { deny: { userAgents: ["bad*"] }, unlimited: ["192.0.2.4"] },
        policies: ["client"],
      },
      { path: "/open/:id" },
    ],
  };
}
