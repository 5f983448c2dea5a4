import { describe, expect, test } from "vitest";
import { parseClaimPath } from "../../../src/core/keys/claim-path.ts";
import { toKeyIdentity, toTokenIdentity } from "../../../src/core/keys/identity.ts";

const RECORD = {
  id: "k1",
  consumer: "acme",
  tier: "pro",
  scopes: ["read"],
  expiresAtMs: undefined,
  enabled: true,
  metadata: {},
};
const NAMES = {
  consumer: parseClaimPath("sub"),
  tier: { path: parseClaimPath("plan"), contains: undefined },
  scopes: [parseClaimPath("scope"), parseClaimPath("permissions")],
};
const toIdentity = (claims: Readonly<Record<string, unknown>>) =>
  toTokenIdentity({ issuer: "https://a.example", claims }, NAMES);

describe("toKeyIdentity()", () => {
  test("takes over what the record says", () => {
    const wanted = { consumer: "acme", tier: "pro", scopes: ["read"], apiKey: "k1", token: undefined };
    expect(toKeyIdentity(RECORD)).toEqual(wanted);
  });

  test.each(["", " a", "a ", "a\nb", "ä", "x".repeat(129)])("knows no consumer %j", (consumer) => {
    expect(toKeyIdentity({ ...RECORD, consumer })).toBeUndefined();
  });

  test("takes no tier that no configuration can name", () => {
    expect(toKeyIdentity({ ...RECORD, tier: "a b" })?.tier).toBeUndefined();
  });
});

describe("toTokenIdentity()", () => {
  test.each<[Readonly<Record<string, unknown>>, string | undefined, (readonly string[])?]>([
    [{ sub: "ann" }, "ann", []],
    [{ sub: 7 }, "7"],
    [{ sub: Number.NaN }, undefined],
    [{ sub: null }, undefined],
    [{ sub: ["ann"] }, undefined],
    [{}, undefined],
    [{ sub: "ann", scope: "a  b" }, "ann", ["a", "b"]],
    [{ sub: "ann", scope: ["a", 1, "", "b"] }, "ann", ["a", "b"]],
    [{ sub: "ann", scope: { a: true } }, "ann", []],
    [{ sub: "ann", scope: "a", permissions: ["b", "c"] }, "ann", ["a", "b", "c"]],
  ])("of %j is %j", (claims, consumer, scopes) => {
    const identity = toIdentity(claims);
    expect(identity?.consumer).toBe(consumer);
    if (scopes !== undefined) expect(identity?.scopes).toEqual(scopes);
  });

  test("reads a tier from its claim alone, and only where the configuration names one", () => {
    expect(toIdentity({ sub: "ann", plan: "pro", tier: "gold" })?.tier).toBe("pro");
    const unnamed = { ...NAMES, tier: undefined };
    expect(
      toTokenIdentity({ issuer: "a", claims: { sub: "ann", tier: "gold" } }, unnamed)?.tier,
    ).toBeUndefined();
  });
});

describe("a tier by what a claim contains", () => {
  const contains = new Map([
    ["o:gold", "gold"],
    ["o:pro", "pro"],
  ]);
  const tier = { path: parseClaimPath("pla"), contains };
  test.each<[unknown, string | undefined]>([
    ["u:free,o:pro", "pro"],
    ["o:pro o:gold", "gold"],
    [["o:pro"], "pro"],
    [["o:professional"], undefined],
    [{ "o:pro": true }, undefined],
    [undefined, undefined],
  ])("of %j is %j", (pla, wanted) => {
    const claims = { sub: "ann", pla };
    expect(toTokenIdentity({ issuer: "a", claims }, { ...NAMES, tier })?.tier).toBe(wanted);
  });
});
