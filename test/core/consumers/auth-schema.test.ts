import { describe, expect, test } from "vitest";
import { toConfig, toInput, toProblems } from "../config/config-input.ts";

const ISSUER = {
  issuer: "https://a.example",
  audience: "api",
  algorithms: ["ES256"],
  jwks: "https://a.example/k",
};
const inIssuer = (given: Readonly<Record<string, unknown>>) =>
  toInput({ auth: { issuers: [{ ...ISSUER, ...given }] } });

describe("auth", () => {
  test("is complete without a word, and then safe", () => {
    const { auth, attempts, routes } = toConfig(toInput());
    expect(auth).toEqual({
      apiKeys: { prefix: "hg", format: "headgate", onError: "closed" },
      attempts: { limit: 20, window: 60_000 },
      issuers: [],
    });
    expect(attempts).toMatchObject({ name: "auth:attempts", limit: 20, windowMs: 60_000 });
    expect(attempts.settings).toBeDefined();
    expect(routes.every(({ auth: rule, isOpen }) => rule === "none" && isOpen)).toBe(true);
  });

  test("reads an issuer", () => {
    expect(toConfig(inIssuer({ audience: ["a", "b"] })).auth.issuers).toEqual([
      {
        names: [{ text: "https://a.example", tenant: undefined }],
        audiences: ["a", "b"],
        algorithms: ["ES256"],
        source: { kind: "jwks", url: "https://a.example/k" },
        authorizedParties: undefined,
        requires: [],
        refuses: [],
        claims: {
          consumer: { text: "sub", steps: ["sub"] },
          tier: undefined,
          scopes: [{ text: "scope", steps: ["scope"] }],
        },
        skewMs: 30_000,
      },
    ]);
  });

  test.each<[Readonly<Record<string, unknown>>]>([
    [{ jwks: undefined }],
    [{ secret: "S" }],
    [{ jwks: undefined, secret: "S", publicKey: "P" }],
    // The attack of RFC 8725 section 2.1 begins with such a configuration.
    [{ algorithms: ["HS256"] }],
    [{ algorithms: ["ES256", "HS256"] }],
    [{ jwks: undefined, publicKey: "P", algorithms: ["HS256"] }],
    [{ jwks: undefined, secret: "S", algorithms: ["ES256"] }],
    [{ algorithms: ["none"] }],
    [{ algorithms: [] }],
    [{ algorithms: undefined }],
    [{ audience: undefined }],
    [{ audience: [] }],
    [{ issuer: "with space" }],
    [{ jwks: "http://a.example/k" }],
    [{ jwks: "http://localhost.evil.example/k" }],
    [{ jwks: "https://user@a.example/k" }],
    [{ jwks: "file:///etc/passwd" }],
    [{ jwks: undefined, secret: "the secret itself" }],
    [{ requires: [] }],
    [{ requires: { "a[": "b" } }],
    [{ refuses: ["sts"] }],
    [{ skew: "6m" }],
    [{ claims: { tier: "a..b" } }],
    [{ claims: { tier: { claim: "roles", contains: ["gold"] } } }],
    [{ claims: { consumer: "user_metadata.account" } }],
    [{ claims: { tier: '["user_metadata"].plan' } }],
    [{ claims: { scopes: ["scope", "unsafe_metadata['scopes']"] } }],
    [{ claims: { consumer: "" } }],
    [{ claim: {} }],
  ])("refuses an issuer with %j", (given) => {
    expect(toProblems(inIssuer(given)).length).toBeGreaterThan(0);
  });

  test("refuses two issuers of one name", () => {
    const problems = toProblems(toInput({ auth: { issuers: [ISSUER, ISSUER] } }));
    const wanted = ["auth.issuers: must name each issuer once, received an array [invalid]"];
    expect(problems).toEqual(wanted);
    const twice = { ...ISSUER, issuer: ["https://b.example", "https://a.example"] };
    expect(toProblems(toInput({ auth: { issuers: [ISSUER, twice] } }))).toEqual(wanted);
  });
});

describe("a route", () => {
  const problemsOf = (route: Readonly<Record<string, unknown>>) =>
    toProblems(toInput({ routes: [{ path: "/*", ...route }] }));

  test.each(["none", "optional", undefined])("has no scopes where auth is %s", (auth) => {
    expect(problemsOf({ auth, scopes: ["read"] })).toEqual([
      'routes.0.scopes: must stand beside auth: "required" [invalid]',
    ]);
  });

  test("has scopes that a challenge can name", () => {
    expect(problemsOf({ auth: "required", scopes: ["read:all"] })).toEqual([]);
    expect(problemsOf({ auth: "required", scopes: ['a" b'] })).toHaveLength(1);
  });

  test("is open only without auth and without any access list", () => {
    const isOpen = (over: Readonly<Record<string, unknown>>, route: Readonly<Record<string, unknown>> = {}) =>
      toConfig(toInput({ ...over, routes: [{ path: "/*", ...route }] })).routes[0]?.isOpen;
    expect([
      isOpen({}),
      isOpen({ access: {} }),
      isOpen({}, { access: {} }),
      isOpen({}, { auth: "optional" }),
    ]).toEqual([true, false, false, false]);
  });

  test("refuses an access list that cannot be read", () => {
    expect(
      problemsOf({ access: { deny: { addresses: ["10.0.0.1/8"], countries: ["ch"], asns: [0] } } }),
    ).toHaveLength(3);
  });
});
