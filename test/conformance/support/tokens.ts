// Tokens and the keys that they are signed with: made with jose, and where the point is a wrong one, by hand.

import { createHmac } from "node:crypto";
import type { webcrypto } from "node:crypto";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type JWTPayload } from "jose";

export interface Signer {
  readonly kid: string;
  readonly algorithm: string;
  readonly privateKey: webcrypto.CryptoKey;
  /** As it stands in a JWKS. */
  readonly jwk: Readonly<Record<string, unknown>>;
  readonly pem: string;
}

export async function newSigner(kid: string, algorithm = "ES256"): Promise<Signer> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: "sig" };
  return { kid, algorithm, privateKey, jwk, pem: await exportSPKI(publicKey) };
}

export interface TokenOptions {
  readonly claims?: JWTPayload;
  readonly header?: Readonly<Record<string, unknown>>;
}

/** Without `exp`, unless the claims have one. */
export async function sign(signer: Signer, { claims = {}, header = {} }: TokenOptions): Promise<string> {
  const protectedHeader = { alg: signer.algorithm, kid: signer.kid, ...header };
  return await new SignJWT(claims).setProtectedHeader(protectedHeader).sign(signer.privateKey);
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signed with an HMAC whatever the header says; without a secret it has no signature. */
export function forge(header: unknown, claims: unknown, secret?: string, hash = "sha256"): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = secret === undefined ? "" : createHmac(hash, secret).update(signed).digest("base64url");
  return `${signed}.${signature}`;
}
