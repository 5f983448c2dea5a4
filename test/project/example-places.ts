// Whole configurations around one key each, by the section of docs/configuration that has the key.

export type Options = Readonly<Record<string, unknown>>;

const basePolicy: Options = { algorithm: "token-bucket", limit: 60, window: "1m", key: "ip" };
const baseRoute: Options = { path: "/*" };
const baseConfig: Options = {
  origin: "https://api.example.com",
  policies: { "per-client": basePolicy },
  origins: { orders: { members: ["https://a.example.com"] } },
  functions: { weight: () => 1 },
  routes: [baseRoute],
};

export const inConfig = (given: Options): Options => ({ ...baseConfig, ...given });
const inPolicy = (given: Options): Options => inConfig({ policies: { tried: { ...basePolicy, ...given } } });
const inRoute = (given: Options): Options => inConfig({ routes: [{ ...baseRoute, ...given }] });

/** An issuer with what the example leaves out; a source of keys and algorithms go together. */
function inIssuer(given: Options): Options {
  const keys = "secret" in given ? { algorithms: ["HS256"] } : { algorithms: ["ES256"] };
  const source = "secret" in given || "publicKey" in given ? {} : { jwks: "https://login.example.com/jwks" };
  const own = { issuer: "https://login.example.com", audience: "api", ...keys, ...source };
  const issuer = "preset" in given ? { audience: "api", ...given } : { ...own, ...given };
  return inConfig({ auth: { issuers: [issuer] } });
}

/** A sink with an address, where the example has none. */
function inSink(given: Options): Options {
  const address = "url" in given || "urlSecret" in given ? {} : { url: "https://logs.example.com/in" };
  return inConfig({ log: { sinks: [{ ...address, ...given }] } });
}

const inAlert = (given: Options): Options =>
  inConfig({ alerts: [{ to: [{ slack: "TEAM_SLACK" }], ...given }] });
const inChannel = (given: Options): Options => inConfig({ alerts: [{ to: [given] }] });

const inAnnounced = (given: Options): Options =>
  inConfig({
    tiers: { pro: {} },
    portal: { announced: [{ policy: "per-client", limit: 10, from: "2027-01-01", ...given }] },
  });

const inPool = (given: Options): Options =>
  inConfig({ origins: { tried: { members: ["https://a.example.com"], ...given } } });
const inMember = (given: Options): Options =>
  inPool({ members: [{ url: "https://a.example.com", ...given }] });

/** The configuration that has what a section's example writes. */
export const places: Readonly<Record<string, (given: Options) => Options>> = {
  "Top level": inConfig,
  "Origin pools": inPool,
  "Pool members": inMember,
  "Credentials for origins": inRoute,
  Links: inRoute,
  Webhooks: inRoute,
  "Handed-over calls": inRoute,
  Policies: inPolicy,
  Functions: (given) => inConfig({ functions: { tried: { run: () => 1, ...given } } }),
  "Token costs": inPolicy,
  "Limits for some requests": (given) => inPolicy({ limits: [{ methods: ["GET"], ...given }] }),
  Credentials: inConfig,
  Issuers: inIssuer,
  "Access lists": inConfig,
  Reputation: (given) => inConfig({ tiers: { trusted: {} }, ...given }),
  Portal: inConfig,
  "Announced changes": inAnnounced,
  CORS: inConfig,
  "Denied requests": inConfig,
  "Error dialects": inConfig,
  Routes: inRoute,
  Cache: inRoute,
  Batches: inConfig,
  Log: inConfig,
  Statistics: inConfig,
  "Log sinks": inSink,
  Alerts: inAlert,
  "Alert channels": inChannel,
  "Aggregates and fields": inRoute,
};
