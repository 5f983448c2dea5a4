// Tokens made by hand, where the point is a wrong one.

import { createHmac } from "node:crypto";

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

/** Signed with an HMAC whatever the header says; without a secret it has no signature. */
export function forge(header: unknown, claims: unknown, secret?: string, hash = "sha256"): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = secret === undefined ? "" : createHmac(hash, secret).update(signed).digest("base64url");
  return `${signed}.${signature}`;
}
