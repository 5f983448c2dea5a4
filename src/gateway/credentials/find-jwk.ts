// Finds the key of a set (RFC 7517) that a token names, or the only one that suits its algorithm. Whether the key is one
// that may verify is checked again where the token is.

import { errors, type JWK, type JWTHeaderParameters } from "jose";
import { toImportParams } from "./import-public-key.ts";

/** What a token says of the key that it was signed with, and of who made it. */
interface Signed {
  readonly alg: JWTHeaderParameters["alg"];
  readonly kid?: string | undefined;
  readonly iss?: string | undefined;
}

/** Throws where none suits, and where the token does not say which of several it is. */
export function findJwk(keys: readonly JWK[], { alg, kid, iss }: Signed): JWK {
  const params = toImportParams(alg);
  const [key, other] = keys.filter(
    (one) =>
      isOfType(one, params) &&
      (kid === undefined || one.kid === kid) &&
      (one.alg === undefined || one.alg === alg) &&
      isOfTenant(one, iss) &&
      (one.use === undefined || one.use === "sig") &&
      (one.key_ops === undefined || (Array.isArray(one.key_ops) && one.key_ops.includes("verify"))),
  );
  if (key === undefined) throw new errors.JWKSNoMatchingKey();
  if (other !== undefined) throw new errors.JWKSMultipleMatchingKeys();
  return key;
}

/** RFC 7518 section 6.1 and RFC 8037 section 2. */
function isOfType({ kty, crv }: JWK, { name, namedCurve }: SubtleCryptoImportKeyAlgorithm): boolean {
  if (name === "ECDSA") return kty === "EC" && crv === namedCurve;
  return name === "Ed25519" ? kty === "OKP" && crv === name : kty === "RSA";
}

const TENANT_ID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/i;

/**
 * Keys of many tenants in one set (Entra ID's) say whose tokens they sign, in a parameter that no standard has, with
 * "{tenantid}" for all of them. A key of one tenant must open no other's door.
 */
function isOfTenant({ issuer }: JWK & { readonly issuer?: unknown }, iss: string | undefined): boolean {
  const [tenant] = (typeof issuer === "string" && TENANT_ID.exec(issuer)) || [];
  return tenant === undefined || iss?.includes(tenant) === true;
}
