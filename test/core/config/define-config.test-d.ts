// What the types of headgate.config.ts accept and refuse: tsc fails when a line below is not as it says.

import type * as v from "valibot";
import type { configSchema } from "../../../src/core/config/config-schema.ts";
import {
  type ConfigInput,
  defineConfig,
  type PoolInput,
  type RouteInput,
} from "../../../src/core/config/define-config.ts";
import type { poolSchema } from "../../../src/core/origins/pool-schema.ts";
import type { routeSchema } from "../../../src/core/routes/route-schema.ts";

const policy = { algorithm: "token-bucket", limit: 60, window: "1m", key: "ip" } as const;
const routes = [{ path: "/*" }] as const;

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
// @ts-expect-error -- what to do about errors is one of four
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
defineConfig({
  origin: "p",
  origins: { p: { members: [{ service: "API", weight: 2 }] } },
  policies: {},
  routes,
});
const misspelt = { url: "https://a.example", role: "spare" } as const;
// @ts-expect-error -- an unknown role
defineConfig({ origin: "p", origins: { p: { members: [misspelt] } }, policies: {}, routes });
// @ts-expect-error -- a pool's unknown key
defineConfig({ origin: "p", origins: { p: { members, retry: {} } }, policies: {}, routes });

// What the check refuses, as far as a compiler can know it.
const defined = { origin: "zone", routes } as const;
const limited = { algorithm: "token-bucket", limit: 60, key: "ip" } as const;
// @ts-expect-error -- a misspelt option of the algorithm
defineConfig({ ...defined, policies: { p: { ...limited, windw: "1m" } } });
// @ts-expect-error -- a missing window
defineConfig({ ...defined, policies: { p: { algorithm: "token-bucket", limit: 60, key: "ip" } } });
// @ts-expect-error -- a window without a unit
defineConfig({ ...defined, policies: { p: { ...limited, window: 60 } } });
// @ts-expect-error -- a unit that is none
defineConfig({ ...defined, policies: { p: { ...limited, window: "1 minute" } } });
// @ts-expect-error -- an option of another algorithm
defineConfig({ ...defined, policies: { p: { ...limited, window: "1m", subWindows: 6 } } });
// @ts-expect-error -- a missing key
defineConfig({ ...defined, policies: { p: { algorithm: "token-bucket", limit: 60, window: "1m" } } });
defineConfig({
  ...defined,
  policies: { p: { ...limited, window: "1h30m" }, q: { ...limited, window: "1w" } },
});
defineConfig({
  ...defined,
  policies: { day: { algorithm: "quota", limit: 1_000, period: "day", key: "ip" } },
});
const daily = { algorithm: "quota", limit: 1_000, period: "daily", key: "ip" } as const;
// @ts-expect-error -- a period that is none
defineConfig({ ...defined, policies: { daily } });

const policies = { "per-client": policy, search: policy } as const;
defineConfig({ ...defined, policies, routes: [{ path: "/*", policies: ["search"], methods: "GET" }] });
// @ts-expect-error -- a route's unknown policy
defineConfig({ ...defined, policies, routes: [{ path: "/*", policies: ["serch"] }] });
const [counted, told] = [
  { members: ["https://a.example"], policies: ["serch"] },
  { members: ["https://a.example"], feedback: { profile: "fb" } },
] as const;
// @ts-expect-error -- a pool's unknown policy
defineConfig({ ...defined, policies, origins: { counted } });
// @ts-expect-error -- an unknown profile
defineConfig({ ...defined, policies, origins: { told } });
// @ts-expect-error -- a batch's unknown policy
defineConfig({ ...defined, policies, batch: { policies: ["serch"] } });
defineConfig({ ...defined, policies, tiers: { pro: { search: { limit: 1_000, window: "1m" } } } });
// @ts-expect-error -- a tier's unknown policy
defineConfig({ ...defined, policies, tiers: { pro: { serch: { limit: 1_000 } } } });
// @ts-expect-error -- a tier's misspelt limit
defineConfig({ ...defined, policies, tiers: { pro: { search: { limits: 1_000 } } } });
// @ts-expect-error -- methods are upper case
defineConfig({ ...defined, policies, routes: [{ path: "/*", methods: ["get"] }] });
// @ts-expect-error -- a path begins with a slash
defineConfig({ ...defined, policies, routes: [{ path: "api" }] });
// @ts-expect-error -- a cost's misspelt rule
defineConfig({ ...defined, policies, routes: [{ path: "/*", cost: { method: { GET: 1 } } }] });
defineConfig({
  ...defined,
  policies,
  routes: [{ path: "/*", cost: ({ method }) => (method === "GET" ? 1 : 5) }],
});
// @ts-expect-error -- a cache's misspelt option
defineConfig({ ...defined, policies, routes: [{ path: "/*", cache: { tll: "30s" } }] });
const misnamed = {
  issuer: "https://a.example",
  audience: "api",
  algorithms: ["ES256"],
  jwk: "https://a.example",
};
// @ts-expect-error -- an issuer's misspelt key
defineConfig({ ...defined, policies, auth: { issuers: [{ ...misnamed, jwkss: "" }] } });

// What the types accept, the schemas read: a type that promises more than they do is found here.
({}) as Writable<ConfigInput> satisfies v.InferInput<typeof configSchema>;
({}) as Writable<RouteInput> satisfies v.InferInput<typeof routeSchema>;
({}) as Writable<PoolInput> satisfies v.InferInput<typeof poolSchema>;

type Writable<Value> = Value extends readonly (infer Entry)[]
  ? Writable<Entry>[]
  : Value extends (...given: never) => unknown
    ? Value
    : Value extends object
      ? { -readonly [Key in keyof Value]: Writable<Value[Key]> }
      : Value;
