// Tokens as identity providers issue them (their documentation and verifiers, November 2026): who they belong to, on which
// tier and with which scopes, and which tokens of the same issuer are for somebody else.

import { describe, expect, test } from "vitest";
import { isIssuedBy } from "../../../src/core/consumers/issuer-name.ts";
import { findForeignClaim } from "../../../src/core/consumers/judge-claims.ts";
import type { Issuer } from "../../../src/core/consumers/issuer-schema.ts";
import { presets } from "../../../src/core/consumers/issuer-presets.ts";
import { toTokenIdentity } from "../../../src/core/keys/identity.ts";
import { toConfig, toInput, toProblems } from "../config/config-input.ts";
import { providers } from "../../support/provider-tokens.ts";

function toIssuer(given: Readonly<Record<string, unknown>>): Issuer {
  const [issuer] = toConfig(toInput({ auth: { issuers: [given] } })).auth.issuers;
  if (issuer === undefined) throw new Error("no issuer");
  return issuer;
}

/** As a verifier compares the audience. */
function isForUs({ audiences }: Issuer, aud: unknown): boolean {
  return audiences.length === 0 || [aud].flat().some((one) => audiences.includes(String(one)));
}

test("every preset has a provider's token here", () => {
  expect(new Set(providers.map(({ given }) => given["preset"]))).toEqual(new Set(Object.keys(presets)));
});

describe.each(providers)("$name", ({ given, claims, identity, foreign }) => {
  const issuer = toIssuer(given);

  test("is accepted as it is issued", () => {
    expect(issuer.names.some((name) => isIssuedBy(name, claims))).toBe(true);
    expect(isForUs(issuer, claims["aud"])).toBe(true);
    expect(findForeignClaim(claims, issuer)).toBeUndefined();
    const { consumer, tier, scopes } =
      toTokenIdentity({ issuer: issuer.names[0].text, claims }, issuer.claims) ?? {};
    expect({ consumer, tier, scopes }).toEqual(identity);
  });

  test.each(Object.entries(foreign))("refuses %s", (_, changed) => {
    const other = { ...claims, ...changed };
    const isAccepted =
      issuer.names.some((name) => isIssuedBy(name, other)) &&
      isForUs(issuer, other["aud"]) &&
      findForeignClaim(other, issuer) === undefined;
    expect(isAccepted).toBe(false);
  });
});

describe("a preset", () => {
  test.each<[Readonly<Record<string, unknown>>, string]>([
    [{ preset: "auth0", audience: "api" }, 'must have "preset" and "tenant" together'],
    [{ tenant: "acme", audience: "api" }, 'must have "preset" and "tenant" together'],
    [{ preset: "auth", tenant: "a.example", audience: "api" }, 'did you mean "auth0"'],
    [
      { preset: "auth0", tenant: "https://acme.eu.auth0.com", audience: "api" },
      'must have as its "tenant" the domain, such as "acme.eu.auth0.com"',
    ],
    [{ preset: "auth0", tenant: "acme.eu.auth0.com" }, "must say whom its tokens are for"],
    [{ preset: "clerk", tenant: "clerk.acme.test" }, "must say whom its tokens are for"],
    [{ preset: "cognito", tenant: "AbC", authorizedParties: "c1" }, "the user pool's id"],
    [
      { preset: "supabase", tenant: "abcd", claims: { tier: "user_metadata.plan" } },
      "must be a claim that users cannot write themselves",
    ],
  ])("of %j is refused", (given, wanted) => {
    expect(toProblems(toInput({ auth: { issuers: [given] } })).join("\n")).toContain(wanted);
  });

  test("gives way to what the issuer says itself", () => {
    const legacy = toIssuer({
      preset: "supabase",
      tenant: "abcd",
      secret: "SUPABASE_JWT_SECRET",
      algorithms: "HS256",
      claims: { tier: "app_metadata.plan" },
    });
    expect(legacy.source).toEqual({ kind: "secret", variable: "SUPABASE_JWT_SECRET" });
    expect([legacy.algorithms, legacy.audiences]).toEqual([["HS256"], ["authenticated"]]);
    const strict = toIssuer({
      preset: "cognito",
      tenant: "eu-west-1_AbC",
      authorizedParties: "c1",
      requires: { "cognito:groups": "pro" },
    });
    expect(strict.requires.map(({ path, values }) => [path.text, values])).toEqual([
      ["token_use", ["access"]],
      ["cognito:groups", ["pro"]],
    ]);
  });
});
