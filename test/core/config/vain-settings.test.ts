// What a configuration says in vain, each with all that is said of it: refused where it is always wrong, warned about where
// it may be meant.

import { expect, test } from "vitest";
import { byIp, limited, type Mistake, pooled, route, sayOf } from "./what-is-said.ts";

const issuer = {
  issuer: "https://login.example.com",
  audience: "api",
  algorithms: ["ES256"],
  jwks: "https://login.example.com/jwks",
};

const MISTAKES: readonly Mistake[] = [
  [
    "a route whose methods others take",
    {
      routes: [
        { path: "/a", methods: ["GET"] },
        { path: "/*", methods: ["POST"] },
        { path: "/a", methods: ["GET", "POST"] },
      ],
    },
    [
      'error routes.2.path: no request gets here: routes.0 ("GET /a") and routes.1 ("POST /*") stand before it and take all of them; put the narrower route first',
    ],
  ],
  [
    "a route whose hosts others take",
    {
      routes: [
        { path: "/*", hosts: ["a.example"] },
        { path: "/*", hosts: ["b.example"] },
        { path: "/x", hosts: ["a.example", "b.example"] },
      ],
    },
    [
      'error routes.2.path: no request gets here: routes.0 ("/*") and routes.1 ("/*") stand before it and take all of them; put the narrower route first',
    ],
  ],
  [
    "a host behind its domain",
    {
      routes: [
        { path: "/*", hosts: ["*.example.com"] },
        { path: "/x", hosts: ["api.example.com"] },
      ],
    },
    [
      'error routes.1.path: no request gets here: routes.0 ("/*") stands before it and takes all of them; put the narrower route first',
    ],
  ],
  [
    "a domain behind a wider one",
    {
      routes: [
        { path: "/*", hosts: ["*.example.com"] },
        { path: "/x", hosts: ["*.api.example.com"] },
      ],
    },
    [
      'error routes.1.path: no request gets here: routes.0 ("/*") stands before it and takes all of them; put the narrower route first',
    ],
  ],
  [
    "one of a route's methods that another takes",
    {
      routes: [
        { path: "/a", methods: ["GET"] },
        { path: "/a", methods: ["GET", "POST"] },
      ],
    },
    [
      'warning routes.1.methods: no GET request gets here: routes.0 ("GET /a") stands before it and takes them',
    ],
  ],
  [
    "one of a route's hosts that another takes",
    {
      routes: [
        { path: "/*", hosts: ["a.example"] },
        { path: "/x", hosts: ["a.example", "b.example"] },
      ],
    },
    [
      'warning routes.1.hosts: no a.example request gets here: routes.0 ("/*") stands before it and takes them',
    ],
  ],
  [
    "an affinity that no route has",
    pooled({ affinity: "param:id" }),
    [
      'error origins.api.affinity: it is "param:id", and the path has no ":id"; requests would go to any member',
    ],
  ],
  [
    "an affinity by consumer without auth",
    pooled({ affinity: "consumer" }),
    [
      'error origins.api.affinity: it is "consumer", and the route has no auth: add auth: "required" or "optional"; requests would go to any member',
    ],
  ],
  [
    "a batch that costs more than the limit",
    { policies: { p: { ...byIp, limit: 20 } }, batch: { policies: ["p"] } },
    [
      'warning batch.membersMax: policy "p" can never admit a batch of 50, which costs 50: set membersMax to what it admits',
    ],
  ],
  [
    "a pool that nothing leads to",
    { origins: { api: { members: ["https://a.example.com"] } } },
    ["warning origins.api: no route leads to it"],
  ],
  [
    "issuers that nobody asks",
    { auth: { issuers: [issuer] } },
    ["warning auth.issuers: no route has auth, so no token is ever looked at"],
  ],
  [
    "priorities where nobody is known",
    pooled({ policies: ["p"], priority: { tiers: { pro: "critical" } } }, {}, { policies: { p: byIp } }),
    ["warning origins.api.priority.tiers: no route with auth leads to the pool: nobody is known there"],
  ],
  [
    "a priority of a mistyped tier",
    pooled(
      { policies: ["p"], priority: { tiers: { por: "critical" } } },
      { auth: "required", policies: ["p"] },
      { policies: { p: byIp }, tiers: { pro: { p: { limit: 1000 } } } },
    ),
    [
      'warning origins.api.priority.tiers.por: no tier of the configuration is called so; did you mean "pro"?',
    ],
  ],
  [
    "a mistyped tier of tokens",
    {
      auth: { issuers: [{ ...issuer, claims: { tier: { claim: "roles", contains: { Gold: "por" } } } }] },
      routes: [{ path: "/*", auth: "required", policies: ["p"] }],
      policies: { p: byIp },
      tiers: { pro: { p: { limit: 1000 } } },
    },
    [
      'warning auth.issuers.0.claims.tier.contains.Gold: no tier of the configuration is called so; did you mean "pro"?',
    ],
  ],
  [
    "limits of a route that the policy does not count",
    {
      policies: { p: { ...byIp, limits: [{ routes: ["/b"], limit: 1 }] } },
      routes: [{ path: "/a", policies: ["p"] }, { path: "/b" }],
    },
    ["error policies.p.limits.0: no request that the policy counts is on these routes with these methods"],
  ],
  [
    "limits of a method that no route has",
    limited({ limits: [{ methods: ["POST"], limit: 1 }] }, { methods: ["GET"] }),
    ["error policies.p.limits.0: no request that the policy counts is on these routes with these methods"],
  ],
  [
    "limits behind others that take all of theirs",
    limited({
      limits: [
        { methods: ["POST", "PUT"], limit: 5 },
        { methods: ["POST"], countries: ["CH"], limit: 1 },
      ],
    }),
    ["error policies.p.limits.1: no request gets here: limits.0 stands before it and takes all of them"],
  ],
  [
    "an empty allowlist",
    { access: { allow: {} } },
    ["error access.allow: it names nobody, so every client would be refused; leave allow out to let all in"],
  ],
  [
    "an empty blocklist",
    { routes: [{ path: "/*", access: { deny: { addresses: [] } } }] },
    ["warning routes.0.access.deny: it names nobody, so it refuses nobody"],
  ],
  [
    "an address that is allowed and denied",
    { access: { allow: { addresses: ["10.1.2.0/24", "192.0.2.1"] }, deny: { addresses: ["10.0.0.0/8"] } } },
    ["error access.allow: deny has 10.1.2.0/24 too, and goes first"],
  ],
  [
    "a country that is allowed and denied",
    route({ access: { allow: { countries: ["CH", "DE"] }, deny: { countries: ["DE"] } } }),
    ["error routes.0.access.allow: deny has DE too, and goes first"],
  ],
  [
    "a key of a field of answers",
    limited({ key: "header:set-cookie" }),
    ['error policies.p.key: "set-cookie" stands in answers, never in a request'],
  ],
  [
    "a key of a field in which clients write addresses",
    limited({ key: "header:x-forwarded-for" }),
    [
      'warning policies.p.key: "header:x-forwarded-for" is an address, and any client may write what it likes in it: write "ip"',
    ],
  ],
  [
    "a key of the platform's address field",
    limited({ key: ["path", "header:cf-connecting-ip"] }),
    [
      'warning policies.p.key: "header:cf-connecting-ip" is an address, and it counts every IPv6 address of one client by itself: write "ip"',
    ],
  ],
  [
    "a settle by a field of requests",
    limited({ settle: { header: "authorization" } }),
    ['error policies.p.settle.header: "authorization" stands in requests, never in an answer'],
  ],
  [
    "a cost by a field of answers",
    limited({}, { cost: { header: "retry-after", max: 10 } }),
    ['error routes.0.cost.header: "retry-after" stands in answers, never in a request'],
  ],
  [
    "a cost of a method that the route is not for",
    limited({}, { methods: ["GET"], cost: { methods: { POST: 5 } } }),
    ["error routes.0.cost.methods.POST: the route is not for POST"],
  ],
  [
    "a cost without policies",
    route({ cost: 5 }),
    ["warning routes.0.cost: the route has no policies, so nothing is taken"],
  ],
  [
    "a cache of a route that is not for GET",
    route({ methods: ["POST"], cache: {} }),
    ["warning routes.0.cache: only answers to GET are stored, and the route is not for GET"],
  ],
  [
    "a credential forwarded that nobody asks for",
    route({ forwardCredential: true }),
    ["warning routes.0.forwardCredential: the route has no auth, so every field is forwarded anyway"],
  ],
  [
    "a priority without a pool that has limits",
    route({ priority: "critical" }),
    [
      "warning routes.0.priority: the route leads to no pool with policies or feedback, so its calls never wait",
    ],
  ],
  [
    "a way without a pool that has limits",
    pooled({}, { whenLimited: ["reject"] }),
    [
      "warning routes.0.whenLimited: the route leads to no pool with policies or feedback, so its calls never wait",
    ],
  ],
  [
    "a prefix that no path has",
    route({ path: "/v1/*", stripPrefix: "/api" }),
    ['error routes.0.stripPrefix: no path of "/v1/*" begins with "/api"'],
  ],
  [
    "a limit of 0 for all",
    limited({ limit: 0 }),
    [
      "warning policies.p.limit: nobody has another limit: all that it counts is refused, until an override gives one",
    ],
  ],
  [
    "no limit for all",
    limited({ limit: "unlimited" }),
    ["warning policies.p.limit: nobody has another limit, so nothing is limited"],
  ],
  [
    "a limit of a claim that nobody has",
    limited({ limit: { claim: "rate", default: 10, max: 100 } }),
    [
      'error policies.p.limit: auth.issuers is empty: nobody has a token with the claim "rate", and all would have the default',
    ],
  ],
  [
    "a tier's limit of a claim that nobody has",
    limited(
      {},
      { auth: "required" },
      { tiers: { pro: { p: { limit: { claim: "rate", default: 10, max: 100 } } } } },
    ),
    [
      'error tiers.pro.p.limit: auth.issuers is empty: nobody has a token with the claim "rate", and all would have the default',
    ],
  ],
  [
    "a consumer without auth, by address instead",
    limited({ key: "consumer", onMissing: "ip" }),
    [
      'warning routes.0.policies.0: policy "p" counts by "consumer", and the route has no auth: add auth: "required" or "optional"; every request of this route would count by its address',
    ],
  ],
];

test.each(MISTAKES)("of %s is said why", (_what, given, said) => {
  expect(sayOf(given)).toEqual(said);
});
