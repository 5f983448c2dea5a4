// Imports the public key of a PEM text (RFC 7468 section 13) for one algorithm of JSON Web Signatures (RFC 7518 section
// 3.1, RFC 8037). Whether the key suits the algorithm is checked again where a token is verified.

import { readPem } from "../../core/consumers/issuer-key-texts.ts";

/** Throws where the text is no key of that algorithm. */
export async function importPublicKey(pem: string, algorithm: string): Promise<CryptoKey> {
  const bytes = Uint8Array.fromBase64(readPem(pem) ?? "");
  return crypto.subtle.importKey("spki", bytes, toImportParams(algorithm), false, ["verify"]);
}

export function toImportParams(algorithm: string): SubtleCryptoImportKeyAlgorithm {
  const bits = algorithm.slice(2);
  const hash = `SHA-${bits}`;
  switch (algorithm.slice(0, 2)) {
    case "RS":
      return { name: "RSASSA-PKCS1-v1_5", hash };
    case "PS":
      return { name: "RSA-PSS", hash };
    case "ES":
      return { name: "ECDSA", namedCurve: bits === "512" ? "P-521" : `P-${bits}` };
    default:
      return { name: "Ed25519" };
  }
}
