// What a configuration says in vain of bodies and of whose an answer is, with all that is said of it.

import { expect, test } from "vitest";
import { byIp, type Mistake, sayOf } from "./what-is-said.ts";

const MISTAKES: readonly Mistake[] = [
  [
    "a route's credential that no origin is shown",
    {
      origin: "api",
      origins: {
        api: { members: [{ url: "https://a.example", credential: { secret: "A", header: "x-key" } }] },
        other: {
          members: [
            "https://b.example",
            { url: "https://c.example", credential: { secret: "A", query: "k" } },
          ],
        },
      },
      routes: [
        { path: "/a", credential: { secret: "B", header: "x-key" } },
        { path: "/b", origin: "other", credential: { secret: "B", header: "x-key" } },
        {
          path: "/c",
          origin: "other",
          auth: "required",
          forwardCredential: true,
          credential: { secret: "B", header: "Authorization", scheme: "Bearer" },
        },
      ],
    },
    [
      "error routes.0.credential: every member of the route's pool has a credential of its own",
      "warning routes.2.forwardCredential: the route's own credential stands where the caller's would be forwarded",
    ],
  ],
  [
    "a cost by a body that is not forwarded",
    {
      policies: { p: byIp },
      routes: [
        { path: "/a", methods: ["GET"], policies: ["p"], cost: { json: "n", max: 5 } },
        { path: "/b", methods: ["HEAD", "GET"], policies: ["p"], cost: { form: "n", max: 5 } },
        { path: "/*", methods: ["GET", "POST"], policies: ["p"], cost: { json: "n", max: 5 } },
      ],
    },
    [
      "error routes.0.cost.json: the route is for no method whose body is forwarded, so its requests have no such member",
      "error routes.1.cost.form: the route is for no method whose body is forwarded, so its requests have no such member",
    ],
  ],
  [
    "a cache by the gateway's own API key",
    {
      auth: { apiKeys: { query: "access_token" } },
      routes: [
        {
          path: "/a",
          auth: "required",
          cache: { private: true, key: { query: { credential: "access_token" } } },
        },
        { path: "/*", cache: { private: true, key: { query: { credential: "access_token" } } } },
      ],
    },
    [
      'error routes.0.cache.key.query.credential: "access_token" is the gateway\'s own API key, which is no part of a key: name "authorization" in key.headers',
    ],
  ],
  [
    "a key by a body that is not forwarded",
    {
      policies: { p: { ...byIp, key: "json:model" } },
      routes: [
        { path: "/a", methods: ["GET"], policies: ["p"] },
        { path: "/*", policies: ["p"] },
      ],
    },
    [
      'error routes.0.policies.0: policy "p" counts by "json:model", and the route is for no method whose body is forwarded; all requests of this route would share one counter',
    ],
  ],
  [
    "a cost by a body's member that no policy admits",
    { policies: { p: byIp }, routes: [{ path: "/*", policies: ["p"], cost: { json: "n", max: 1_000 } }] },
    [
      'warning routes.0.cost.max: policy "p" can never admit a cost of 1000, which a client may declare: set max to what it admits',
    ],
  ],
];

test.each(MISTAKES)("%s is told", (_what, given, said) => {
  expect(sayOf(given)).toEqual(said);
});
