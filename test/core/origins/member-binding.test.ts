// Members of pools that are reached by bindings: what they are asked by, what they cannot have, and what is said of those that a
// deployment does not have.

import { describe, expect, test } from "vitest";
import { findMissingBindings, isBound } from "../../../src/cli/find-missing-bindings.ts";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import { isBad, isLacking } from "../../../src/core/origins/decide-retry.ts";
import { findUnboundMembers } from "../../../src/core/origins/member-binding.ts";

const parse = (...members: readonly unknown[]): ReturnType<typeof parseConfig> =>
  parseConfig({ origin: "p", origins: { p: { members } }, policies: {}, routes: [{ path: "/*" }] });

describe("a member by binding", () => {
  test.each([
    [{ service: "API" }, "service:API", "https://service.internal", { kind: "service", name: "API" }],
    [{ r2: "IMAGES" }, "r2:IMAGES", "https://r2.internal", { kind: "r2", name: "IMAGES" }],
    [{ assets: "FILES" }, "assets:FILES", "https://assets.internal", { kind: "assets", name: "FILES" }],
    [
      { service: "API", url: "http://api.example/v2" },
      "http://api.example/v2",
      "http://api.example/v2",
      { kind: "service", name: "API" },
    ],
    [{ service: "API", account: "b" }, "service:API#b", "https://service.internal", { name: "API" }],
    [
      { vpc: "NET", url: "http://10.0.0.1:8080" },
      "http://10.0.0.1:8080",
      "http://10.0.0.1:8080",
      { kind: "vpc" },
    ],
    [
      { certificate: "CERT", url: "https://bank.example" },
      "https://bank.example",
      "https://bank.example",
      { kind: "certificate" },
    ],
  ])("%j is called %s and asked by %s", (member, url, base, binding) => {
    const parsed = parse(member);
    expect(parsed.ok && parsed.value.pools[0]?.members[0]).toMatchObject({ url, base, binding });
  });

  test.each([
    [{ service: "A", assets: "B" }, ["members.0.assets"]],
    [{ service: "A", host: "a.example" }, ["members.0.host"]],
    [{ vpc: "A" }, ["members.0.url"]],
    [{ certificate: "A" }, ["members.0.url"]],
    [{ certificate: "A", url: "http://a.example" }, ["members.0.url"]],
    [{ service: "no name" }, ["members.0.service"]],
    [{}, ["members.0.url"]],
  ])("%j is refused", (member, paths) => {
    const parsed = parse(member);
    expect(parsed.ok ? [] : parsed.error.map(({ path }) => path)).toEqual(
      paths.map((path) => `origins.p.${path}`),
    );
  });

  test("stands once in a pool, or once for each account", () => {
    expect(parse({ service: "A" }, { service: "A" }).ok).toBe(false);
    expect(parse({ service: "A" }, { service: "B" }, { service: "A", account: "b" }).ok).toBe(true);
  });
});

const WRANGLED = {
  services: [{ binding: "API" }],
  assets: { binding: "ASSETS" },
  vpc_services: [{ binding: "NET" }],
  vpc_networks: [{ binding: "WHOLE" }],
  mtls_certificates: [{ binding: "CERT" }],
  r2_buckets: [{ binding: "IMAGES" }],
};

test.each([
  ["service", "API", true],
  ["assets", "ASSETS", true],
  ["vpc", "NET", true],
  ["vpc", "WHOLE", true],
  ["certificate", "CERT", true],
  ["r2", "IMAGES", true],
  ["r2", "CERT", false],
  ["service", "ASSETS", false],
  ["certificate", "API", false],
] as const)("wrangler.toml binds %s %s: %s", (kind, name, wanted) => {
  expect(isBound({ kind, name }, WRANGLED)).toBe(wanted);
  expect(isBound({ kind, name }, {})).toBe(false);
});

test("a member that a deployment does not have is named, with the table that it belongs into", () => {
  const parsed = parse({ service: "API" }, { assets: "FILES" }, "https://a.example");
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const found = findUnboundMembers(parsed.value.pools, { isBound: () => false, prefix: "env.sandbox." });
  expect(found.map(({ path, message }) => [path, /Add (\S+)/.exec(message)?.[1]])).toEqual([
    ["origins.p.members.0.service", "[[env.sandbox.services]]"],
    ["origins.p.members.1.assets", "[env.sandbox.assets]"],
  ]);
  expect(findUnboundMembers(parsed.value.pools, { isBound: () => true })).toEqual([]);
});

test("the start says of another Worker that it does not run here, and nothing of assets", () => {
  const parsed = parse({ service: "API" }, { assets: "ASSETS" }, { service: "NONE" });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const found = findMissingBindings(parsed.value, () => WRANGLED);
  expect(
    found.map(({ path, message }) => [path, /does not run here|has no binding/.exec(message)?.[0]]),
  ).toEqual([
    ["origins.p.members.2.service", "has no binding"],
    ["origins.p.members.0.service", "does not run here"],
  ]);
});

test("a binding that is missing is no fault of an origin", () => {
  const outcome = { kind: "failure", code: "origin-unbound" } as const;
  expect([isBad(outcome), isLacking(outcome)]).toEqual([false, true]);
  expect(isLacking({ kind: "failure", code: "origin-refused" })).toBe(false);
});
