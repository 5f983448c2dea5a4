// What a configuration says in vain: refused where it is always wrong, warned about where it may be meant. What is right
// is not spoken of.

import { describe, expect, it } from "vitest";
import { check, type Given } from "./check-given.ts";

const plan = { algorithm: "token-bucket", limit: 100, window: "1m", key: "consumer" };
const byIp = { ...plan, key: "ip" };
const issuer = {
  issuer: "https://login.example.com",
  audience: "api",
  algorithms: ["ES256"],
  jwks: "https://login.example.com/jwks",
};

const WRONG: readonly (readonly [what: string, given: Given, path: string, said: RegExp])[] = [
  [
    "a route behind one for everything",
    { routes: [{ path: "/*" }, { path: "/health" }] },
    "routes.1.path",
    /routes\.0 \("\/\*"\)/,
  ],
  [
    "batches counted by who sends them",
    { policies: { plan }, batch: { policies: ["plan"] } },
    "batch.policies.0",
    /only the requests in a batch have/,
  ],
  [
    "batches counted by a parameter",
    { policies: { byId: { ...byIp, key: ["ip", "param:id"] } }, batch: { policies: ["byId"] } },
    "batch.policies.0",
    /"param:id"/,
  ],
  ["the same path twice", { routes: [{ path: "/a" }, { path: "/a" }] }, "routes.1.path", /routes\.0/],
  [
    "the same path in another case",
    { routes: [{ path: "/x" }, { path: "/X" }] },
    "routes.1.path",
    /routes\.0/,
  ],
  [
    "a name behind a parameter",
    { routes: [{ path: "/u/:id" }, { path: "/u/me" }] },
    "routes.1.path",
    /routes\.0/,
  ],
  [
    "HEAD behind GET",
    {
      routes: [
        { path: "/a", methods: ["GET"] },
        { path: "/a", methods: ["HEAD"] },
      ],
    },
    "routes.1.path",
    /routes\.0/,
  ],
  [
    "a host behind all",
    { routes: [{ path: "/a" }, { path: "/a", hosts: ["b.example"] }] },
    "routes.1.path",
    /routes\.0/,
  ],
  [
    "a consumer without auth",
    { policies: { plan }, routes: [{ path: "/*", policies: ["plan"] }] },
    "routes.0.policies.0",
    /no auth.*share one counter/,
  ],
  [
    "a consumer without auth, denied",
    { policies: { plan: { ...plan, onMissing: "deny" } }, routes: [{ path: "/*", policies: ["plan"] }] },
    "routes.0.policies.0",
    /would be refused/,
  ],
  [
    "an API key without auth",
    { policies: { plan: { ...plan, key: ["ip", "api-key"] } }, routes: [{ path: "/*", policies: ["plan"] }] },
    "routes.0.policies.0",
    /"api-key"/,
  ],
  [
    "a claim without issuers",
    {
      policies: { plan: { ...plan, key: "jwt:org" } },
      routes: [{ path: "/*", auth: "required", policies: ["plan"] }],
    },
    "routes.0.policies.0",
    /auth\.issuers is empty/,
  ],
  [
    "a parameter that the path has not",
    { policies: { plan: { ...plan, key: "param:id" } }, routes: [{ path: "/u/:user", policies: ["plan"] }] },
    "routes.0.policies.0",
    /no ":id"/,
  ],
  [
    "a method's cost above the limit",
    { policies: { byIp }, routes: [{ path: "/*", policies: ["byIp"], cost: { methods: { POST: 101 } } }] },
    "routes.0.cost.methods.POST",
    /"byIp" can never admit a cost of 101/,
  ],
  [
    "a default cost above the limit",
    {
      policies: { byIp },
      routes: [{ path: "/*", policies: ["byIp"], cost: { header: "x-n", otherwise: 500, max: 100 } }],
    },
    "routes.0.cost.otherwise",
    /500/,
  ],
  [
    "a pool's key that no route has",
    {
      policies: { page: { ...plan, key: "param:page" } },
      origins: { api: { members: ["https://a.example.com"], policies: ["page"] } },
      routes: [{ path: "/*", origin: "api" }],
    },
    "origins.api.policies.0",
    /no ":page"/,
  ],
];

const DOUBTFUL: readonly (readonly [what: string, given: Given, path: string, said: RegExp])[] = [
  ["a policy that nothing uses", { policies: { byIp } }, "policies.byIp", /no route/],
  [
    "a batch that would never be counted",
    { policies: { plan: { ...plan, onMissing: "skip" } }, batch: { policies: ["plan"] } },
    "batch.policies.0",
    /only the requests in a batch have/,
  ],
  [
    "a tier that nobody can be on",
    {
      policies: { byIp },
      tiers: { pro: { byIp: { limit: 1_000 } } },
      routes: [{ path: "/*", policies: ["byIp"] }],
    },
    "tiers.pro.byIp",
    /no route with auth/,
  ],
  [
    "a consumer without auth, skipped",
    { policies: { plan: { ...plan, onMissing: "skip" } }, routes: [{ path: "/*", policies: ["plan"] }] },
    "routes.0.policies.0",
    /never applies/,
  ],
  [
    "a declared cost above the limit",
    { policies: { byIp }, routes: [{ path: "/*", policies: ["byIp"], cost: { header: "x-n" } }] },
    "routes.0.cost.max",
    /1000000/,
  ],
  [
    "a body's cost above the limit",
    { policies: { byIp }, routes: [{ path: "/*", policies: ["byIp"], cost: { bodyBytesPerUnit: 1_024 } }] },
    "routes.0.cost.max",
    /may declare/,
  ],
  [
    "scopes that no policy stands for",
    {
      policies: { byIp, byPath: { ...byIp, key: "path" } },
      origins: {
        api: {
          members: ["https://a.example.com"],
          policies: ["byIp", "byPath"],
          feedback: { profile: "standard" },
        },
      },
      routes: [{ path: "/*", origin: "api" }],
    },
    "origins.api.feedback.scopes",
    /"origin".*one throttled account/,
  ],
];

const RIGHT: readonly (readonly [what: string, given: Given])[] = [
  ["a narrower route first", { routes: [{ path: "/health" }, { path: "/*" }] }],
  ["other methods of a path", { routes: [{ path: "/a", methods: ["GET"] }, { path: "/a" }] }],
  [
    "other hosts",
    {
      routes: [
        { path: "/*", hosts: ["a.example"] },
        { path: "/*", hosts: ["b.example"] },
      ],
    },
  ],
  [
    "a longer path behind a parameter",
    { routes: [{ path: "/u/:id" }, { path: "/u/:id/orders" }, { path: "/u/*" }] },
  ],
  ["another case where case matters", { caseSensitive: true, routes: [{ path: "/x" }, { path: "/X" }] }],
  [
    "plans",
    {
      policies: { plan },
      tiers: { pro: { plan: { limit: 1_000 } } },
      routes: [{ path: "/*", auth: "required", policies: ["plan"] }],
    },
  ],
  [
    "tokens",
    {
      auth: { issuers: [issuer] },
      policies: { plan: { ...plan, key: "jwt:org" } },
      routes: [{ path: "/*", auth: "optional", policies: ["plan"] }],
    },
  ],
  [
    "costs within the limit",
    {
      policies: { byIp },
      routes: [{ path: "/*", policies: ["byIp"], cost: { methods: { POST: 100 }, header: "x-n", max: 100 } }],
    },
  ],
  ["batches counted by address", { policies: { byIp }, batch: { policies: ["byIp"] } }],
  [
    "a pool's policy that is for some of its routes",
    {
      policies: { page: { ...plan, key: "param:page", onMissing: "skip" } },
      origins: { api: { members: ["https://a.example.com"], policies: ["page"] } },
      routes: [
        { path: "/p/:page", origin: "api" },
        { path: "/*", origin: "api" },
      ],
    },
  ],
  [
    "a profile of one scope and one policy",
    {
      policies: { byIp },
      origins: {
        api: { members: ["https://a.example.com"], policies: ["byIp"], feedback: { profile: "standard" } },
      },
      routes: [{ path: "/*", origin: "api" }],
    },
  ],
];

describe("checkConfig()", () => {
  it.each(WRONG)("refuses %s", (_what, given, path, said) => {
    const { problems, warnings } = check(given);
    expect(problems.map((text) => text.split(": ")[0])).toEqual([path]);
    expect(problems[0]).toMatch(said);
    expect(warnings).toEqual([]);
  });

  it.each(DOUBTFUL)("warns of %s", (_what, given, path, said) => {
    const { problems, warnings } = check(given);
    expect(problems).toEqual([]);
    expect(warnings.map((text) => text.split(": ")[0])).toEqual([path]);
    expect(warnings[0]).toMatch(said);
  });

  it.each(RIGHT)("says nothing of %s", (_what, given) => {
    expect(check(given)).toEqual({ problems: [], warnings: [] });
  });
});
