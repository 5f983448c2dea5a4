// Finds the key of a set (RFC 7517) that a token names, or the only one that suits its algorithm. Whether the key is one
// that may verify is checked again where the token is.

import { errors, type JWK, type JWTHeaderParameters } from "jose";

/** Throws where none suits, and where the token does not say which of several it is. */
export function findJwk(keys: readonly JWK[], { alg, kid }: JWTHeaderParameters): JWK {
  const { kty, crv } = toKeyType(alg);
  const [key, other] = keys.filter(
    (one) =>
      one.kty === kty &&
      (crv === undefined || one.crv === crv) &&
      (kid === undefined || one.kid === kid) &&
      (one.alg === undefined || one.alg === alg) &&
      (one.use === undefined || one.use === "sig") &&
      (one.key_ops === undefined || (Array.isArray(one.key_ops) && one.key_ops.includes("verify"))),
  );
  if (key === undefined) throw new errors.JWKSNoMatchingKey();
  if (other !== undefined) throw new errors.JWKSMultipleMatchingKeys();
  return key;
}

/** RFC 7518 sections 3.3 to 3.5 and RFC 8037 section 3.1. */
function toKeyType(algorithm: string): { readonly kty: string; readonly crv?: string } {
  const bits = algorithm.slice(2);
  switch (algorithm.slice(0, 2)) {
    case "RS":
    case "PS":
      return { kty: "RSA" };
    case "ES":
      return { kty: "EC", crv: bits === "512" ? "P-521" : `P-${bits}` };
    default:
      return { kty: "OKP", crv: "Ed25519" };
  }
}
