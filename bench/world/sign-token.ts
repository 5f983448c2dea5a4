// A token of the bench's own issuer (RFC 7515, HS256), which a gateway can verify by itself.

import { createHmac, randomBytes } from "node:crypto";

const TTL_SECONDS = 3_600;

export const JWT_SECRET = randomBytes(32).toString("base64url");

export function signToken(claims: Readonly<Record<string, string>>): string {
  const exp = Math.floor(Date.now() / 1_000) + TTL_SECONDS;
  const signed = [
    { alg: "HS256", typ: "JWT" },
    { ...claims, exp },
  ]
    .map(encode)
    .join(".");
  return `${signed}.${createHmac("sha256", JWT_SECRET).update(signed).digest("base64url")}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}
