// What looks like a mistake in a configuration and is none: nothing is said of it.

import { expect, test } from "vitest";
import graph from "../../../demo/graph/headgate.config.ts";
import configuration from "../../../headgate.config.ts";
import { byIp, type Given, limited, pooled, route, sayOf } from "./what-is-said.ts";

const plans = { tiers: { pro: { p: { limit: 1_000 } } } };

const RIGHT: readonly (readonly [what: string, given: Given])[] = [
  [
    "what is left of a path's methods",
    {
      routes: [
        { path: "/a", methods: ["GET"] },
        { path: "/a", methods: ["POST"] },
      ],
    },
  ],
  [
    "a domain itself behind what is below it",
    {
      routes: [
        { path: "/*", hosts: ["*.example.com"] },
        { path: "/*", hosts: ["example.com"] },
      ],
    },
  ],
  [
    "a wider domain behind a narrower one",
    {
      routes: [
        { path: "/*", hosts: ["*.a.example"] },
        { path: "/*", hosts: ["*.example"] },
      ],
    },
  ],
  ["HEAD in a cost for GET", limited({}, { methods: ["GET"], cost: { methods: { HEAD: 0 } } })],
  [
    "limits of a route that the policy counts",
    limited({ limits: [{ routes: ["/*"], methods: ["HEAD"], limit: 1 }] }, { methods: ["GET"] }),
  ],
  [
    "wider limits behind narrower ones",
    limited({
      limits: [
        { methods: ["POST"], limit: 1 },
        { methods: ["POST", "PUT"], limit: 5 },
      ],
    }),
  ],
  [
    "an affinity that some of the routes have",
    {
      origins: { api: { members: ["https://a.example.com"], affinity: "param:id" } },
      routes: [
        { path: "/u/:id", origin: "api" },
        { path: "/*", origin: "api" },
      ],
    },
  ],
  [
    "a wide allowance with a narrow exception",
    { access: { allow: { addresses: ["10.0.0.0/8"] }, deny: { addresses: ["10.1.2.0/24"] } } },
  ],
  [
    "a field of addresses that a cache is kept by",
    route({ cache: { key: { headers: ["x-forwarded-for"] } } }),
  ],
  ["a prefix that only an open path may have", route({ path: "/*", stripPrefix: "/api/v1" })],
  ["a prefix in a parameter", route({ path: "/:area/x", stripPrefix: "/shop" })],
  ["no access but for a tier", limited({ limit: 0 }, { auth: "required" }, plans)],
  [
    "no limit but for some requests",
    limited({ limit: "unlimited", limits: [{ methods: ["POST"], limit: 5 }] }),
  ],
  [
    "a missing key that counts by address",
    limited({ key: "consumer", onMissing: "ip" }, { auth: "optional" }),
  ],
  [
    "scopes that are meant to stop the whole pool",
    pooled(
      { policies: ["p"], feedback: { profile: "facebook-graph", scopes: { app: "p" }, otherScopes: "pool" } },
      {},
      { policies: { p: byIp } },
    ),
  ],
];

test.each(RIGHT)("of %s nothing is said", (_what, given) => {
  expect(sayOf(given)).toEqual([]);
});

test.each([
  ["the one that comes with the project", configuration],
  ["the Graph API demo", graph],
])("of %s nothing is said", (_what, given) => {
  expect(sayOf({ ...given })).toEqual([]);
});
