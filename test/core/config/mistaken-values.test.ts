// Values that are mistyped or called otherwise elsewhere, each with all that is said of it: the nearest value, units and
// bounds.

import { expect, test } from "vitest";
import { byIp, type Given, limited, type Mistake, pooled, route, sayOf } from "./what-is-said.ts";

const DURATION = 'must be a duration of 1ms to 400d, in ms, s, m, h, d or w, such as "10s", "1h30m" or "7d"';

const quota = (given: Given): Given => ({
  policies: { p: { algorithm: "quota", limit: 100, key: "ip", ...given } },
  routes: [{ path: "/*", policies: ["p"] }],
});

const MISTAKES: readonly Mistake[] = [
  [
    "an algorithm in camel case",
    limited({ algorithm: "tokenBucket" }),
    [
      'error policies.p.algorithm: must be one of "token-bucket", "sliding-window", "sliding-window-log", "sliding-window-counter", "fixed-window", "leaky-bucket", "concurrency", "quota", received "tokenBucket"; did you mean "token-bucket"?',
    ],
  ],
  [
    "an algorithm by another name",
    limited({ algorithm: "gcra" }),
    [
      'error policies.p.algorithm: must be one of "token-bucket", "sliding-window", "sliding-window-log", "sliding-window-counter", "fixed-window", "leaky-bucket", "concurrency", "quota", received "gcra"; did you mean "token-bucket"?',
    ],
  ],
  [
    "an algorithm by half its name",
    limited({ algorithm: "leaky" }),
    [
      'error policies.p.algorithm: must be one of "token-bucket", "sliding-window", "sliding-window-log", "sliding-window-counter", "fixed-window", "leaky-bucket", "concurrency", "quota", received "leaky"; did you mean "leaky-bucket"?',
    ],
  ],
  [
    "a mode by another name",
    limited({ mode: "dry-run" }),
    ['error policies.p.mode: must be one of "enforce", "shadow", received "dry-run"; did you mean "shadow"?'],
  ],
  [
    "a rule for errors by another name",
    limited({ onError: "fail-open" }),
    [
      'error policies.p.onError: must be one of "local", "local-full", "open", "closed", received "fail-open"; did you mean "open"?',
    ],
  ],
  [
    "a rule for missing keys by another name",
    limited({ onMissing: "ignore" }),
    [
      'error policies.p.onMissing: must be one of "skip", "shared", "deny", "ip", received "ignore"; did you mean "skip"?',
    ],
  ],
  [
    "a consistency by half its name",
    limited({ consistency: "exactly" }),
    [
      'error policies.p.consistency: must be one of "auto", "exact", received "exactly"; did you mean "exact"?',
    ],
  ],
  [
    "a period as an adverb",
    quota({ period: "daily" }),
    [
      'error policies.p.period: must be one of "hour", "day", "week", "month", "year", received "daily"; did you mean "day"?',
    ],
  ],
  [
    "a time zone by its city",
    quota({ period: "day", timeZone: "Berlin" }),
    [
      'error policies.p.timeZone: must be an IANA time zone such as "Europe/Berlin", received "Berlin"; did you mean "Europe/Berlin"?',
    ],
  ],
  [
    "a mistyped time zone",
    quota({ period: "day", timeZone: "Europe/Zürich" }),
    [
      'error policies.p.timeZone: must be an IANA time zone such as "Europe/Berlin", received "Europe/Zürich"; did you mean "Europe/Zurich"?',
    ],
  ],
  [
    "an alignment by another name",
    limited({ algorithm: "fixed-window", align: "first" }),
    [
      'error policies.p.align: must be one of "epoch", "first-request", received "first"; did you mean "first-request"?',
    ],
  ],
  [
    "auth as a switch",
    route({ auth: true }),
    ['error routes.0.auth: must be one of "none", "optional", "required", received true'],
  ],
  [
    "auth by another name",
    route({ auth: "mandatory" }),
    [
      'error routes.0.auth: must be one of "none", "optional", "required", received "mandatory"; did you mean "required"?',
    ],
  ],
  [
    "a priority by another name",
    route({ priority: "high" }),
    [
      'error routes.0.priority: must be one of "critical", "normal", "background", received "high"; did you mean "critical"?',
    ],
  ],
  [
    "a way by another name",
    pooled({ whenLimited: ["wait"] }),
    [
      'error origins.api.whenLimited.0: must be one of "queue", "stale", "reject", received "wait"; did you mean "queue"?',
    ],
  ],
  [
    "a role by another name",
    pooled({ members: [{ url: "https://a.example.com", role: "backup" }] }),
    [
      'error origins.api.members.0.role: must be one of "primary", "fallback", received "backup"; did you mean "fallback"?',
    ],
  ],
  [
    "a profile by half its name",
    pooled({ feedback: { profile: "facebook" } }),
    [
      'error origins.api.feedback.profile: must be one of "standard", "anthropic", "atlassian", "azure-openai", "facebook-graph", "gemini", "github", "hubspot", "openai", "shopify", "slack", "stripe", received "facebook"; did you mean "facebook-graph"?',
    ],
  ],
  [
    "an algorithm of tokens in lower case",
    {
      auth: {
        issuers: [
          { issuer: "https://a.example", audience: "a", algorithms: "rs256", jwks: "https://a.example/jwks" },
        ],
      },
    },
    [
      'error auth.issuers.0.algorithms.0: must be one of "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519", received "rs256"; did you mean "RS256"?',
    ],
  ],
  [
    "who speaks for CORS, mistyped",
    { cors: "orgin" },
    ['error cors: must be one of "origin", "none", received "orgin"; did you mean "origin"?'],
  ],
  [
    "a rule for parts, mistyped",
    route({ onPartial: "problems" }),
    [
      'error routes.0.onPartial: must be one of "fail", "null", "problem", received "problems"; did you mean "problem"?',
    ],
  ],
  [
    "a rule for encoded slashes by another name",
    { encodedSlash: "keeping" },
    ['error encodedSlash: must be one of "reject", "keep", received "keeping"; did you mean "keep"?'],
  ],
  [
    "a number for a duration",
    limited({ window: 60 }),
    [`error policies.p.window: ${DURATION}, received 60; did you mean "60s"?`],
  ],
  [
    "a number of milliseconds for a duration",
    route({ timeout: 30_000 }),
    [`error routes.0.timeout: ${DURATION}, received 30000; did you mean "30000ms"?`],
  ],
  [
    "a duration in words",
    limited({ window: "1 minute" }),
    [`error policies.p.window: ${DURATION}, received "1 minute"; did you mean "1m"?`],
  ],
  [
    "a duration without a unit",
    limited({ window: "60" }),
    [`error policies.p.window: ${DURATION}, received "60"`],
  ],
  [
    "a duration with a fraction",
    limited({ window: "1.5h" }),
    [`error policies.p.window: ${DURATION}, received "1.5h"`],
  ],
  [
    "a month as a duration",
    limited({ window: "1 month" }),
    [`error policies.p.window: ${DURATION}, received "1 month"`],
  ],
  [
    "a duration beyond its bounds",
    pooled({ checks: { path: "/up", interval: "2 days" } }),
    [
      'error origins.api.checks.interval: must be a duration from "1s" to "24h", in ms, s, m, h, d or w, received "2 days"',
    ],
  ],
  [
    "a duration in words, for a cache",
    route({ cache: { staleIfError: "5 min" } }),
    [`error routes.0.cache.staleIfError: ${DURATION}, or "never", received "5 min"; did you mean "5m"?`],
  ],
  [
    "seconds in timeoutMs",
    limited({ timeoutMs: "500ms" }),
    ['error policies.p.timeoutMs: must be a whole number of milliseconds from 1 to 60000, received "500ms"'],
  ],
  [
    "one word for a list, mistyped",
    { policies: { login: byIp }, routes: [{ path: "/*", policies: "logn" }] },
    ['error routes.0.policies.0: must name a policy, received "logn"; did you mean "login"?'],
  ],
  [
    "an object for a list",
    route({ methods: { GET: true } }),
    ["error routes.0.methods: must be a list of methods, received an object"],
  ],
];

test.each(MISTAKES)("of %s is said what was meant", (_what, given, said) => {
  expect(sayOf(given)).toEqual(said);
});
