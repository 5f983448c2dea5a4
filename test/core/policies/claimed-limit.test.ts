// Limits that a claim says: within their bound, the default for whatever else is said, and never somebody else's.

import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../../src/core/config/parse-config.ts";
import type { Identity } from "../../../src/core/keys/identity.ts";
import { toPlanned } from "../../../src/core/policies/claimed-limit.ts";
import { pickVariants } from "../../../src/core/policies/pick-variants.ts";
import type { Policy } from "../../../src/core/policies/policy.ts";
import { anyText } from "../any-text.ts";
import { type FactsGiven, toFacts } from "../keys/to-facts.ts";

const issuer = {
  issuer: "https://login.example.com",
  audience: "api",
  algorithms: ["ES256"],
  jwks: "https://login.example.com/jwks",
};

function pick(given: FactsGiven, { limitFactor = "", claim = "rate" } = {}): Policy {
  const parsed = parseConfig(
    {
      origin: "zone",
      auth: { issuers: [issuer] },
      tiers: { pro: { plan: { limit: { claim: "rate", default: 500, max: 600 }, burst: 7 } } },
      policies: {
        plan: { algorithm: "token-bucket", limit: { ...CLAIMED, claim }, window: "1m", key: "consumer" },
      },
      routes: [{ path: "/*", auth: "optional", policies: ["plan"] }],
    },
    { LIMIT_FACTOR: limitFactor },
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const [route] = parsed.value.routes;
  const [policy] = route === undefined ? [] : pickVariants(route, toFacts(given));
  if (policy === undefined) throw new Error("no policy");
  return policy;
}

const CLAIMED = { default: 100, max: 1_000 };

function withToken(claims: Readonly<Record<string, unknown>>, tier?: string): FactsGiven {
  const token = { issuer: issuer.issuer, claims };
  const identity: Identity = { consumer: "ann", tier, scopes: [], apiKey: undefined, token };
  return { identity };
}

describe("a claim's limit", () => {
  test.each([
    [250, 250],
    ["250", 250],
    [1, 1],
    [1_000, 1_000],
    [1_001, 1_000],
    [2 ** 53, 100],
    [-1, 100],
    [0.5, 100],
    [1e21, 100],
    ["1e3", 100],
    [" 5", 100],
    ["", 100],
    [true, 100],
    [null, 100],
    [[250], 100],
    [{ valueOf: 250 }, 100],
  ])("of %j is %s", (rate, limit) => {
    expect(pick(withToken({ rate }))).toMatchObject({ limit, settings: { limit } });
  });

  test.each<[string, FactsGiven]>([
    ["no credential", {}],
    ["a token without the claim", withToken({ sub: "ann" })],
    ["a claim of a prototype", withToken(Object.create({ rate: 900 }) as Record<string, unknown>)],
    [
      "an API key",
      { identity: { consumer: "a", tier: undefined, scopes: [], apiKey: "k", token: undefined } },
    ],
    ["what a client writes", { headers: { rate: "900", "x-rate": "900" }, query: { rate: "900" } }],
  ])("is the default for %s", (_what, given) => {
    expect(pick(given)).toMatchObject({ limit: 100, plan: "" });
  });

  test("is whole and within its bound, whatever a claim says", () => {
    const claim = fc.oneof(fc.anything(), anyText, fc.integer(), fc.double(), fc.bigInt().map(String));
    fc.assert(
      fc.property(claim, (rate) => {
        const { limit, rule } = pick(withToken({ rate }));
        expect(Number.isInteger(limit) && limit >= 0 && limit <= 1_000).toBe(true);
        expect(limit === 0).toBe(rule?.kind === "none");
      }),
    );
  });

  test("may stand deep in the token", () => {
    const nested = (limits: unknown): number => pick(withToken({ limits }), { claim: "limits.api" }).limit;
    expect([nested({ api: 300 }), nested({ api: { per: 300 } }), nested(300), nested([300])]).toEqual([
      300, 100, 100, 100,
    ]);
  });

  test("of 0 is no access", () => {
    expect(pick(withToken({ rate: 0 }))).toMatchObject({ limit: 0, rule: { kind: "none" } });
  });

  test("is multiplied by LIMIT_FACTOR, as its default and its bound are", () => {
    const limitFactor = "10";
    expect(pick({}, { limitFactor }).limit).toBe(1_000);
    expect(pick(withToken({ rate: 250 }), { limitFactor }).limit).toBe(2_500);
    expect(pick(withToken({ rate: 5_000 }), { limitFactor }).limit).toBe(10_000);
  });

  test("is a tier's own where the tier says so, with the tier's other options", () => {
    expect(pick(withToken({ rate: 550 }, "pro"))).toMatchObject({
      limit: 550,
      plan: "pro=550",
      settings: { limit: 550, burst: 7 },
    });
    expect(pick(withToken({}, "pro"))).toMatchObject({ limit: 500, plan: "pro" });
  });

  test("is counted under a plan of its own, exactly", () => {
    expect(pick(withToken({ rate: 250 }))).toMatchObject({
      name: "plan",
      plan: "=250",
      consistency: "exact",
      lease: undefined,
    });
    expect(pick(withToken({ rate: 100 })).plan).toBe("");
  });

  test("is found again by its plan's name", () => {
    const own = pick({});
    expect(toPlanned(own, "")).toEqual({ tier: undefined, policy: own });
    expect(toPlanned(own, "pro")).toMatchObject({ tier: "pro", policy: { limit: 500, plan: "pro" } });
    expect(toPlanned(own, "=250")).toMatchObject({ tier: undefined, policy: pick(withToken({ rate: 250 })) });
    expect(toPlanned(own, "pro=550")).toMatchObject({ tier: "pro", policy: { limit: 550, plan: "pro=550" } });
  });
});

test("a tier's limit that a claim says is not leased, though the policy's own is", () => {
  const parsed = parseConfig(
    {
      origin: "zone",
      auth: { issuers: [issuer] },
      tiers: {
        partner: { plan: { limit: { claim: "rate", default: 500, max: 600 } } },
        pro: { plan: { limit: 900 } },
      },
      policies: { plan: { algorithm: "token-bucket", limit: 300, window: "1m", key: "consumer" } },
      routes: [{ path: "/*", auth: "optional", policies: ["plan"] }],
    },
    {},
  );
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  const route = parsed.value.routes[0];
  const isLeased = (claims: Readonly<Record<string, unknown>>, tier?: string): boolean =>
    route !== undefined && pickVariants(route, toFacts(withToken(claims, tier)))[0]?.lease !== undefined;
  expect(isLeased({})).toBe(true);
  expect(isLeased({}, "pro")).toBe(true);
  expect(isLeased({}, "partner")).toBe(false);
  expect(isLeased({ rate: 550 }, "partner")).toBe(false);
});
