import type { JWK } from "jose";
import { describe, expect, it } from "vitest";
import { findJwk } from "../../../src/gateway/credentials/find-jwk.ts";

const rsa: JWK = { kty: "RSA", kid: "rsa" };
const p256: JWK = { kty: "EC", crv: "P-256", kid: "p256" };
const p384: JWK = { kty: "EC", crv: "P-384", kid: "p384" };
const p521: JWK = { kty: "EC", crv: "P-521", kid: "p521" };
const ed25519: JWK = { kty: "OKP", crv: "Ed25519", kid: "ed25519" };
const keys = [rsa, p256, p384, p521, ed25519];

describe("findJwk()", () => {
  it.each([
    ["RS256", rsa],
    ["PS512", rsa],
    ["ES256", p256],
    ["ES384", p384],
    ["ES512", p521],
    ["EdDSA", ed25519],
    ["Ed25519", ed25519],
  ])("finds the only key that %s signs with, named or not", (alg, key) => {
    expect(findJwk(keys, { alg })).toBe(key);
    expect(findJwk(keys, { alg, kid: String(key.kid) })).toBe(key);
  });

  it.each<[string, JWK]>([
    ["of another name", { ...rsa, kid: "other" }],
    ["of another type", { ...p256, kid: "rsa" }],
    ["that is a secret", { kty: "oct", k: "c2VjcmV0", kid: "rsa" }],
    ["for another algorithm", { ...rsa, alg: "RS512" }],
    ["to encrypt with", { ...rsa, use: "enc" }],
    ["that may only sign", { ...rsa, key_ops: ["sign"] }],
    ["whose operations are no list", { ...rsa, key_ops: "verify" as unknown as string[] }],
  ])("leaves out a key %s", (_name, key) => {
    expect(() => findJwk([key], { alg: "RS256", kid: "rsa" })).toThrow("no applicable key");
    const right: JWK = { ...rsa, alg: "RS256", use: "sig", key_ops: ["verify"] };
    expect(findJwk([key, right], { alg: "RS256", kid: "rsa" })).toBe(right);
  });

  it("takes the key of one tenant for no token of another", () => {
    const tenant = "7a4c1f5e-0000-4000-8000-000000000001";
    const own = { ...rsa, issuer: `https://login.example.com/${tenant}/v2.0` };
    const all = { ...rsa, issuer: "https://login.example.com/{tenantid}/v2.0" };
    const header = { alg: "RS256", kid: "rsa" };
    expect(findJwk([own], { ...header, iss: `https://sts.example.com/${tenant}/` })).toBe(own);
    expect(findJwk([all], { ...header, iss: "https://login.example.com/other/v2.0" })).toBe(all);
    for (const iss of ["https://login.example.com/other/v2.0", undefined])
      expect(() => findJwk([own], { ...header, iss })).toThrow("no applicable key");
  });

  it("refuses to guess which of several keys it is", () => {
    expect(() => findJwk([rsa, { ...rsa, kid: "next" }], { alg: "RS256" })).toThrow("multiple matching keys");
    expect(findJwk([rsa, { ...rsa, kid: "next" }], { alg: "RS256", kid: "next" }).kid).toBe("next");
  });
});
