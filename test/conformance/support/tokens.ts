// Tokens and the keys that they are signed with: made with jose. Wrong ones are forged by tools/fuzz/forge-token.ts.

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
