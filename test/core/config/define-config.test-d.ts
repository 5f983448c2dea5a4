// What the types of headgate.config.ts accept and refuse: tsc fails when a line below is not as it says.

import { type ConfigInput, defineConfig } from "../../../src/core/config/define-config.ts";

const policy = { algorithm: "token-bucket", limit: 60, window: "1m", key: "ip" } as const;
const routes = [{ path: "/*" }];

defineConfig({
  origin: "https://api.example.com",
  policies: {
    "per-client": { algorithm: "token-bucket", limit: 60, window: "1m", burst: 20, key: "ip" },
    search: { algorithm: "sliding-window", limit: 10, window: "10s", key: ["ip", "path"] },
    keyed: {
      ...policy,
      key: ["header:x-api-key", "cookie:sid", "query:user"],
      onMissing: "deny",
      onError: "open",
    },
    networks: { ...policy, key: [{ ip: { v6: 56 } }, "path"] },
  },
  routes: [
    { path: "/search", methods: ["GET"], policies: ["per-client", "search"], cost: 2, cache: { ttl: "30s" } },
    { path: "/*", hosts: ["a.example"], policies: ["per-client"], timeout: "5s", cache: {} },
  ],
  name: "edge",
  headers: { draft: false },
  log: { denied: 0.1 },
  cors: { origins: "*", headers: ["x-own"] },
});

defineConfig({ origin: "zone", policies: {}, routes: [{ path: "/*", cors: "none" }], cors: "origin" });
defineConfig({
  origin: "zone",
  policies: {},
  routes: [{ path: "/*", cors: { origins: ["https://a.example"] } }],
});
// @ts-expect-error -- pages have to be named
defineConfig({ origin: "zone", policies: {}, routes, cors: { credentials: true } });
// @ts-expect-error -- who says it is one of two, or an object
defineConfig({ origin: "zone", policies: {}, routes, cors: "off" });

defineConfig({ origin: "zone", policies: {}, routes } satisfies ConfigInput);

// @ts-expect-error -- the origin is required
defineConfig({ policies: {}, routes });
// @ts-expect-error -- policies are required
defineConfig({ origin: "zone", routes });
// @ts-expect-error -- routes are required
defineConfig({ origin: "zone", policies: {} });
// @ts-expect-error -- an unknown key
defineConfig({ origin: "zone", policies: {}, routes, polices: {} });
// @ts-expect-error -- routes are a list
defineConfig({ origin: "zone", policies: {}, routes: { "/*": {} } });
// @ts-expect-error -- a route needs a path
defineConfig({ origin: "zone", policies: {}, routes: [{ policies: [] }] });
// @ts-expect-error -- a route's unknown key
defineConfig({ origin: "zone", policies: {}, routes: [{ path: "/*", policy: "p" }] });
// @ts-expect-error -- durations are text
defineConfig({ origin: "zone", policies: {}, routes: [{ path: "/*", timeout: 30 }] });
// @ts-expect-error -- IPv4 addresses are counted whole
defineConfig({ origin: "zone", policies: { p: { ...policy, key: { ip: { v4: 24 } } } }, routes });
// @ts-expect-error -- an unknown algorithm
defineConfig({ origin: "zone", policies: { p: { ...policy, algorithm: "leaky" } }, routes });
// @ts-expect-error -- a limit is a number
defineConfig({ origin: "zone", policies: { p: { ...policy, limit: "60" } }, routes });
// @ts-expect-error -- an unknown key part
defineConfig({ origin: "zone", policies: { p: { ...policy, key: "address" } }, routes });
// @ts-expect-error -- an unknown key part in a list
defineConfig({ origin: "zone", policies: { p: { ...policy, key: ["ip", "headers:a"] } }, routes });
// @ts-expect-error -- what to do about errors is one of three
defineConfig({ origin: "zone", policies: { p: { ...policy, onError: "ignore" } }, routes });

const members = ["https://a.example", { url: "https://b.example", weight: 2, role: "fallback" }] as const;
defineConfig({
  origin: "orders",
  origins: { orders: { members, affinity: ["cookie:sid", "path"], checks: { path: "/up" } } },
  policies: {},
  routes: [{ path: "/*", origin: "orders", bodyTimeout: "1s", totalTimeout: "1m" }],
});
// @ts-expect-error -- a pool needs members
defineConfig({ origin: "p", origins: { p: {} }, policies: {}, routes });
// @ts-expect-error -- a member needs a URL
defineConfig({ origin: "p", origins: { p: { members: [{ weight: 2 }] } }, policies: {}, routes });
const misspelt = { url: "https://a.example", role: "spare" } as const;
// @ts-expect-error -- an unknown role
defineConfig({ origin: "p", origins: { p: { members: [misspelt] } }, policies: {}, routes });
// @ts-expect-error -- a pool's unknown key
defineConfig({ origin: "p", origins: { p: { members, retry: {} } }, policies: {}, routes });
