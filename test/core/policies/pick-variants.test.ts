import { describe, expect, test } from "vitest";
import type { Policy } from "../../../src/core/policies/policy.ts";
import { pickVariants, pickVariant, toVariants } from "../../../src/core/policies/pick-variants.ts";
import { toConfig } from "../config/config-input.ts";
import { toFacts } from "../keys/to-facts.ts";

const { policies, routes } = toConfig({
  origin: "zone",
  tiers: {
    pro: { p: { limit: 100, limits: [{ methods: ["POST"], limit: 10 }] } },
    plain: { p: { limit: 50 } },
    other: { q: { limit: 7 } },
  },
  policies: {
    p: {
      algorithm: "token-bucket",
      limit: 20,
      window: "1m",
      burst: 5,
      key: "ip",
      limits: [
        { methods: ["GET"], countries: ["CH"], limit: 1 },
        { methods: ["GET"], limit: 2 },
        { routes: ["/b"], burst: 3 },
      ],
    },
    q: { algorithm: "sliding-window", limit: 3, window: "1m", key: "ip" },
    r: { algorithm: "sliding-window", limit: 3, window: "1m", key: "ip" },
  },
  routes: [
    { path: "/a", policies: ["p", "q"] },
    { path: "/b", policies: ["p"] },
    { path: "/c", policies: ["r"] },
  ],
});

const find = (name: string): Policy => {
  const policy = policies.find((one) => one.name === name);
  if (policy === undefined) throw new Error(name);
  return policy;
};

const resolve = (tier: string | undefined, method: string, country?: string, routePath = "/a"): Policy =>
  pickVariant(find("p"), tier, {
    facts: toFacts({ method, ...(country === undefined ? {} : { country }) }),
    routePath,
  });

describe("pickVariant()", () => {
  test.each([
    [undefined, "PUT", undefined, "/a", { limit: 20, burst: 5 }],
    [undefined, "PUT", undefined, "/b", { limit: 20, burst: 3 }],
    [undefined, "GET", "CH", "/a", { limit: 1, burst: 5 }],
    [undefined, "GET", "DE", "/a", { limit: 2, burst: 5 }],
    [undefined, "HEAD", undefined, "/b", { limit: 2, burst: 5 }],
    ["pro", "GET", "CH", "/b", { limit: 100, burst: 5 }],
    ["pro", "POST", "CH", "/b", { limit: 10, burst: 5 }],
    ["plain", "GET", "CH", "/a", { limit: 50, burst: 5 }],
    ["other", "PUT", undefined, "/a", { limit: 20, burst: 5 }],
    ["nobody's", "PUT", undefined, "/a", { limit: 20, burst: 5 }],
    ["constructor", "PUT", undefined, "/a", { limit: 20, burst: 5 }],
  ])("tier %s, %s from %s on %s: %j", (tier, method, country, routePath, wanted) => {
    const policy = resolve(tier, method, country, routePath);
    expect(policy.settings).toEqual({ windowMs: 60_000, ...wanted });
    expect(policy.limit).toBe(wanted.limit);
  });

  test("keeps everything else of the policy, and all of it frozen", () => {
    const { key, name, algorithm } = find("p");
    expect(resolve("pro", "POST")).toMatchObject({ name, algorithm, key });
    expect(Object.isFrozen(resolve("pro", "POST"))).toBe(true);
    expect(Object.isFrozen(resolve("pro", "GET"))).toBe(true);
  });

  test("tells counters apart by what limits are for, not by what they allow nor by tier", () => {
    expect([resolve(undefined, "PUT").variantName, resolve("pro", "GET").variantName]).toEqual(["", ""]);
    const variants = [resolve(undefined, "GET", "CH"), resolve(undefined, "GET"), resolve("pro", "POST")];
    expect(new Set(variants.map(({ variantName }) => variantName)).size).toBe(3);
  });
});

test("pickVariants() gives a route's own list where no policy has other limits", () => {
  const [a, , c] = routes;
  if (a === undefined || c === undefined) throw new Error("no route");
  const facts = toFacts({
    identity: { consumer: "x", tier: "other", scopes: [], apiKey: "k", token: undefined },
  });
  expect(pickVariants(c, facts)).toBe(c.policies);
  expect(pickVariants(a, facts).map(({ limit }) => limit)).toEqual([2, 7]);
});

test("toVariants() leaves out limits of other routes", () => {
  const limits = (path: string): readonly number[] => toVariants(find("p"), path).map(({ limit }) => limit);
  expect(limits("/a")).toEqual([20, 1, 2, 100, 10, 50]);
  expect(limits("/b")).toEqual([20, 1, 2, 20, 100, 10, 50]);
});
