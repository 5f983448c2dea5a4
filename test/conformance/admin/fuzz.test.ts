// Whatever is sent to the admin API, it answers with what it documents and never with a 500. A few hundred by default;
// HEADGATE_ADMIN_FUZZ says how many.

import fc from "fast-check";
import { expect, it } from "vitest";
import { ADMIN_READ_TOKEN, ADMIN_TOKEN, askAdmin } from "../support/admin.ts";
import { send } from "../support/client.ts";
import { startStand } from "../support/stand.ts";

const RUNS = Number(process.env["HEADGATE_ADMIN_FUZZ"] ?? 2_000);

const { gateway, origin } = await startStand(
  {
    counters: { shards: 2 },
    policies: { api: { algorithm: "token-bucket", limit: 1_000_000, window: "1m", key: ["ip", "path"] } },
    routes: [{ path: "/*", policies: ["api"] }],
  },
  { vars: { ADMIN_TOKEN, ADMIN_READ_TOKEN } },
);

interface OperationObject {
  readonly requestBody?: object;
}

const { paths } = (await askAdmin(gateway, "GET", "/openapi.json")).json() as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, OperationObject>>>>;
};
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { requestBody }]) => ({
    path,
    method: method.toUpperCase(),
    hasBody: requestBody !== undefined,
  })),
);

const config = {
  origin: origin.url,
  counters: { shards: 2 },
  policies: { api: { algorithm: "token-bucket", limit: 1_000_000, window: "1m", key: ["ip", "path"] } },
  routes: [{ path: "/*", policies: ["api"] }],
};

/** Values that some operation takes somewhere, among others that none does. */
const plausible = fc.constantFrom<unknown>(
  "api",
  ["192.0.2.1", "/a*"],
  "192.0.2.1",
  "2001:db8::/32",
  "CH",
  "1m",
  "pro",
  "deny",
  "ip",
  "country",
  "https://a.example/x",
  true,
  null,
  0,
  1,
  5,
  -1,
  1e300,
  2 ** 40,
  9e12,
  [],
  {},
  "",
  "*",
  "\u0000",
  "__proto__",
  config,
  { ...config, policies: {} },
);
const value = fc.oneof(
  { weight: 4, arbitrary: plausible },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
);
const names = [
  "consumer",
  "tier",
  "scopes",
  "enabled",
  "expiresAtMs",
  "metadata",
  "policy",
  "key",
  "limit",
  "burst",
  "window",
  "reason",
  "value",
  "action",
  "cidr",
  "country",
  "asn",
  "userAgent",
  "config",
  "version",
  "overlap",
  "units",
  "continent",
  "everything",
  "urls",
  "tags",
  "prefixes",
  "paths",
  "method",
  "url",
  "headers",
  "address",
  "cost",
  "cursor",
  "constructor",
  "__proto__",
];
/** Creates that are right: what comes after them has something to work on. */
const right = fc.constantFrom(
  { consumer: "acme" },
  { policy: "api", limit: 5, reason: "because" },
  { value: "203.0.113.1", reason: "because" },
  { action: "deny", cidr: "203.0.113.0/24", reason: "because" },
  { config },
  { policy: "api", key: ["192.0.2.1", "/a"], continent: "EU", units: 1 },
);
const body = fc.oneof(
  { weight: 3, arbitrary: right.map((given) => JSON.stringify(given)) },
  {
    weight: 6,
    arbitrary: fc
      .dictionary(fc.constantFrom(...names), value, { maxKeys: 6 })
      .map((given) => JSON.stringify(given)),
  },
  { weight: 1, arbitrary: value.map((given) => JSON.stringify(given)) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
);
const toParameter = fc.tuple(
  fc.constantFrom(...names, "cursor", "nobody"),
  fc.oneof(fc.constantFrom("api", "1", "0", "x", "192.0.2.1"), fc.string({ maxLength: 12 })),
);
const query = fc
  .array(toParameter, { maxLength: 4 })
  .map((parameters) =>
    new URLSearchParams(parameters.map(([name, text]): [string, string] => [name, text])).toString(),
  );
const id = fc.oneof(
  fc.constantFrom("k1", "k2", "o3", "b4", "a5", "0", "1", "2"),
  fc.stringMatching(/^[\w.~%-]{1,12}$/),
);
const ifMatch = fc.constantFrom(
  undefined,
  "*",
  '"1"',
  '"2"',
  'W/"1"',
  '"x"',
  "1",
  '"1", "2"',
  '"99999999999999999999"',
);
const asked = fc.record({
  operation: fc.constantFrom(...operations),
  method: fc.oneof(
    { weight: 9, arbitrary: fc.constant<string | undefined>(undefined) },
    { weight: 1, arbitrary: fc.constantFrom("GET", "PUT", "HEAD", "OPTIONS", "DELETE") },
  ),
  id,
  query: fc.oneof({ weight: 2, arbitrary: fc.constant("") }, query),
  body,
  ifMatch,
  repeat: fc.constantFrom(undefined, "a", "b", "", "x".repeat(300)),
  token: fc.oneof(
    { weight: 12, arbitrary: fc.constant(ADMIN_TOKEN) },
    fc.constantFrom(ADMIN_READ_TOKEN, "x", "\u00e4"),
  ),
  ip: fc.nat(65_535).map((host) => `198.18.${host >> 8}.${host & 255}`),
});

type Asked = typeof asked extends fc.Arbitrary<infer Value> ? Value : never;

const AT_ONCE = 8;
const DOCUMENTED = [200, 201, 202, 204, 400, 401, 403, 404, 405, 409, 412, 413, 422, 428, 429];

it(
  `answers ${RUNS} strange requests without a 500, and serves on`,
  { timeout: 60_000 + RUNS * 50 },
  async () => {
    const statuses = new Map<number, number>();
    const sendOne = async ({ operation, method = operation.method, ...given }: Asked): Promise<void> => {
      const path =
        operation.path.replace(/\{\w+\}/, given.id) + (given.query === "" ? "" : `?${given.query}`);
      const reply = await askAdmin(gateway, method, path, {
        token: given.token,
        ip: given.ip,
        body: operation.hasBody ? given.body : "",
        ...(given.ifMatch === undefined ? {} : { ifMatch: given.ifMatch }),
        fields: given.repeat === undefined ? [] : [["Idempotency-Key", given.repeat]],
      });
      statuses.set(reply.status, (statuses.get(reply.status) ?? 0) + 1);
      expect(DOCUMENTED).toContain(reply.status);
      if (reply.status >= 400 && method !== "HEAD") expect(reply.json()["status"]).toBe(reply.status);
    };
    const several = fc.array(asked, { minLength: AT_ONCE, maxLength: AT_ONCE });
    await fc.assert(
      fc.asyncProperty(several, async (requests) => {
        await Promise.all(requests.map(sendOne));
      }),
      { numRuns: Math.ceil(RUNS / AT_ONCE), endOnFailure: true },
    );
    // Else it would only ever have knocked.
    for (const status of [200, 201, 400, 404, 412]) expect(statuses.get(status) ?? 0).toBeGreaterThan(0);
    expect(gateway.logs().filter((line) => line.includes("crashed"))).toEqual([]);
    expect([200, 403]).toContain((await send(gateway, "/", { ip: "203.0.113.200" })).status);
  },
);
