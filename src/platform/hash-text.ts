// SHA-256 by the platform, without a promise: a counter's key is made in the middle of a decision.

import { createHash, createHmac } from "node:crypto";

/** In hexadecimal, of the text's UTF-8. Where a key must be named (in a log), it is named by this. */
export function hashText(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** Enough of a SHA-256 to find a counter's key again where it is named: 16 hexadecimal digits. */
export function hashKey(key: string): string {
  return hashText(key).slice(0, 16);
}

/** HMAC-SHA256 in hexadecimal, of the texts' UTF-8. */
export function signText(text: string, key: string): string {
  return createHmac("sha256", key).update(text).digest("hex");
}
