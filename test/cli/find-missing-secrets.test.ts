import { expect, test } from "vitest";
import { findMissingSecrets } from "../../src/cli/find-missing-secrets.ts";
import { parseConfig } from "../../src/core/config/parse-config.ts";

const parsed = parseConfig({
  origin: "https://api.example.com",
  policies: {},
  origins: {
    graph: {
      members: [
        "https://a.example.com",
        {
          url: "https://b.example.com",
          credential: { secret: "FB", next: "FB_2", query: "access_token", appSecret: "APP" },
        },
      ],
    },
  },
  routes: [
    { path: "/graph/*", origin: "graph" },
    { path: "/*", credential: { secret: "KEY", header: "x-key" } },
  ],
});
if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
const config = parsed.value;

test.each([
  [{}, ["FB is not set", "APP is not set", "KEY is not set"]],
  [{ FB: "x".repeat(20), APP: "y".repeat(20), KEY: "z".repeat(20) }, []],
  [
    { FB_2: "x".repeat(20), APP: "short", KEY: "z".repeat(20) },
    ["APP is not a text of 8 to 4096 printable characters"],
  ],
  [
    { FB: "x".repeat(20), FB_2: "kurz", APP: "y".repeat(20), KEY: "z".repeat(20) },
    ["FB_2 is not a text of 8 to 4096 printable characters"],
  ],
])("findMissingSecrets() of %j names those that are missing, and what to do", (known, missing) => {
  const found = findMissingSecrets(config, () => known);
  expect(found.map(({ message }) => /the secret (.*) here:/.exec(message)?.[1])).toEqual(missing);
  for (const { message } of found) expect(message).toContain("npx wrangler secret put");
});

test("a configuration without credentials needs none, and nothing is read", () => {
  const without = { ...config, pools: [], routes: [], alerts: [] };
  expect(findMissingSecrets(without, () => expect.fail("read"))).toEqual([]);
});

test("what is set here is read from wrangler.toml and .dev.vars", () => {
  expect(findMissingSecrets(config).map(({ path }) => path)).toContain("origins.graph.members.1.credential");
});

test("the secret that signs delivered answers is missed like the others", () => {
  const handOver = { deliver: { origins: ["https://hooks.example.com"], secret: "ANSWERS" } };
  const delivering = parseConfig({
    origin: "https://api.example.com",
    policies: {},
    routes: [{ path: "/*", handOver }],
  });
  if (!delivering.ok) throw new Error(JSON.stringify(delivering.error));
  const paths = (known: Readonly<Record<string, unknown>>): readonly string[] =>
    findMissingSecrets(delivering.value, () => known).map(({ path }) => path);
  expect(paths({})).toEqual(["routes.0.handOver.deliver.secret"]);
  expect(paths({ ANSWERS: "whsec_c2VjcmV0" })).toEqual([]);
});

const BASE64 = "base64 as Standard Webhooks has it, mostly with whsec_ before it";

test.each<[Readonly<Record<string, unknown>>, readonly string[]]>([
  [{}, ["HUB is not set", "WORD is not set", "SVIX is not set"]],
  [{ HUB: "", WORD: 7, SVIX: "whsec_c2VjcmV0" }, ["HUB is not set", "WORD is not a text"]],
  [{ HUB_2: "a", SVIX: "no base64!" }, ["WORD is not set", `SVIX is not ${BASE64}`]],
  [{ HUB: "a", WORD: "b", SVIX: "whsec_" }, [`SVIX is not ${BASE64}`]],
  [{ HUB: "a", WORD: "b", SVIX: "whsec_c2VjcmV0" }, []],
])(
  "the secrets that webhooks are verified by are missed in %j: nothing else verifies them",
  (known, missing) => {
    const taking = parseConfig({
      origin: "https://api.example.com",
      policies: {},
      routes: [
        {
          path: "/fb",
          webhook: {
            profile: "facebook",
            secret: "HUB",
            next: "HUB_2",
            verifyToken: "WORD",
            deliver: ["https://hooks.example.com"],
          },
        },
        {
          path: "/svix",
          webhook: { profile: "standard", secret: "SVIX", deliver: ["https://hooks.example.com"] },
        },
      ],
    });
    if (!taking.ok) throw new Error(JSON.stringify(taking.error));
    const found = findMissingSecrets(taking.value, () => known);
    expect(found.map(({ message }) => /the secret (.*) here:/.exec(message)?.[1])).toEqual(missing);
  },
);

const PEM = "-----BEGIN PUBLIC KEY-----\\nMCowBQYDK2VwAyEA\\n-----END PUBLIC KEY-----";

test.each<[Readonly<Record<string, unknown>>, readonly string[]]>([
  [{}, ["HS is not set", "PUB is not set", "URL is not set", "SIGN is not set", "SLACK is not set"]],
  [
    {
      HS: "short",
      PUB: "MCowBQYDK2VwAyEA",
      URL: "http://example.com",
      SIGN: "a",
      SLACK: "https://a.example",
    },
    [
      "HS is not 32 bytes long for HS256, 48 for HS384, 64 for HS512",
      "PUB is not a PEM text that begins with -----BEGIN PUBLIC KEY-----",
      "URL is not an https URL",
    ],
  ],
  [
    {
      HS: "x".repeat(32),
      PUB: PEM,
      URL: "https://b.example",
      SIGN: "whsec_c2VjcmV0",
      SLACK: "https://a.example",
    },
    [],
  ],
])("the secrets of issuers and of alerts are missed in %j", (known, missing) => {
  const telling = parseConfig({
    origin: "https://api.example.com",
    policies: {},
    auth: {
      issuers: [
        { issuer: "https://a.example.com", audience: "api", secret: "HS", algorithms: ["HS256"] },
        { issuer: "https://b.example.com", audience: "api", publicKey: "PUB", algorithms: ["EdDSA"] },
      ],
    },
    alerts: [{ to: [{ webhook: "URL", signature: "SIGN" }, { slack: "SLACK" }] }],
    routes: [{ path: "/*" }],
  });
  if (!telling.ok) throw new Error(JSON.stringify(telling.error));
  const found = findMissingSecrets(telling.value, () => known);
  expect(found.map(({ message }) => /the secret (.*) here:/.exec(message)?.[1])).toEqual(missing);
});
