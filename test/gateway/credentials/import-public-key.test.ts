import { describe, expect, it } from "vitest";
import { importPublicKey } from "../../../src/gateway/credentials/import-public-key.ts";

type Params = SubtleCryptoGenerateKeyAlgorithm;

const rsa = (name: string, hash: string): Params => ({
  name,
  hash,
  modulusLength: 2_048,
  publicExponent: new Uint8Array([1, 0, 1]),
});
const ec = (namedCurve: string): Params => ({ name: "ECDSA", namedCurve });

async function toPem(params: Params): Promise<string> {
  const { publicKey } = (await crypto.subtle.generateKey(params, true, ["sign", "verify"])) as CryptoKeyPair;
  const bytes = (await crypto.subtle.exportKey("spki", publicKey)) as ArrayBuffer;
  const lines = btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll(/.{64}/g, "$&\n");
  return `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`;
}

const KINDS: readonly (readonly [string, Params])[] = [
  ["RS256", rsa("RSASSA-PKCS1-v1_5", "SHA-256")],
  ["RS512", rsa("RSASSA-PKCS1-v1_5", "SHA-512")],
  ["PS384", rsa("RSA-PSS", "SHA-384")],
  ["ES256", ec("P-256")],
  ["ES384", ec("P-384")],
  ["ES512", ec("P-521")],
  ["EdDSA", { name: "Ed25519" }],
  ["Ed25519", { name: "Ed25519" }],
];

describe("importPublicKey()", () => {
  it.each(KINDS)("imports a key for %s", async (algorithm, params) => {
    const key = await importPublicKey(await toPem(params), algorithm);
    const { name, hash, namedCurve } = key.algorithm as unknown as Record<string, unknown>;
    expect(name).toBe(params.name);
    expect(namedCurve).toBe(params.namedCurve);
    if (params.hash !== undefined) expect(hash).toEqual({ name: params.hash });
    expect([key.type, key.extractable, key.usages]).toEqual(["public", false, ["verify"]]);
  });

  it.each([
    ["of another curve", ec("P-384"), "ES256"],
    ["of another kind", ec("P-256"), "RS256"],
    ["of another kind", rsa("RSASSA-PKCS1-v1_5", "SHA-256"), "ES256"],
  ])("refuses a key %s: %o for %s", async (_, params, algorithm) => {
    const pem = await toPem(params);
    await expect(importPublicKey(pem, algorithm)).rejects.toThrow();
  });

  it.each(["", "rubbish", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])(
    "refuses what is no key: %j",
    async (pem) => {
      await expect(importPublicKey(pem, "RS256")).rejects.toThrow();
    },
  );
});
