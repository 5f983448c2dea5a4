// One word in the place of a list reads as a list of it, wherever a configuration has one.

import { expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { byIp, type Given } from "./what-is-said.ts";

/** The configuration with each of these either alone or in a list. */
function write(of: (one: unknown) => unknown): Given {
  const pool = {
    members: of("https://a.example.com"),
    policies: of("p"),
    whenLimited: of("reject"),
    checks: { path: "/up", statuses: of(204) },
  };
  return {
    origin: "https://api.example.com",
    origins: { api: pool },
    policies: {
      p: {
        ...byIp,
        key: of("ip"),
        limits: [{ methods: of("POST"), countries: of("CH"), routes: of("/*"), limit: 5 }],
        ban: { after: 5, for: of("1m") },
      },
    },
    auth: {
      issuers: [
        {
          issuer: "https://login.example.com",
          audience: of("api"),
          algorithms: of("ES256"),
          jwks: "https://login.example.com/jwks",
        },
      ],
    },
    access: {
      allow: {
        addresses: of("192.0.2.0/24"),
        countries: of("CH"),
        asns: of(64_500),
        userAgents: of("curl/*"),
      },
      unlimited: of("192.0.2.1"),
    },
    cors: { origins: of("https://app.example"), headers: of("x-a"), exposed: of("x-b") },
    batch: { policies: of("p") },
    routes: [
      {
        path: "/*",
        methods: of("GET"),
        hosts: of("api.example.com"),
        policies: of("p"),
        origin: "api",
        auth: "required",
        scopes: of("read"),
        whenLimited: of("stale"),
        cache: {
          key: { query: { include: of("q") }, headers: of("x-c"), cookies: of("sid") },
          vary: { ignore: of("x-d"), choices: { "accept-language": of("de") } },
          bypass: { headers: of("x-e"), cookies: of("c"), query: of("q") },
        },
      },
    ],
  };
}

test("one word is a list of one, everywhere", () => {
  const listed = parseConfig(write((one) => [one]));
  const alone = parseConfig(write((one) => one));
  if (!listed.ok) throw new Error(JSON.stringify(listed.error));
  if (!alone.ok) throw new Error(JSON.stringify(alone.error));
  // A key's parts have functions of their own.
  expect(JSON.parse(JSON.stringify(alone.value, toPlain))).toEqual(
    JSON.parse(JSON.stringify(listed.value, toPlain)),
  );
});

test("what one word refers to is found also where the rest has problems", () => {
  const parsed = parseConfig({ policies: { p: byIp }, routes: [{ path: "/*", policies: "q", cost: "x" }] });
  expect(parsed.ok ? [] : parsed.error.map(({ path }) => path)).toContain("routes.0.policies.0");
});

function toPlain(_key: string, value: unknown): unknown {
  return value instanceof Set || value instanceof Map ? [...value] : value;
}
