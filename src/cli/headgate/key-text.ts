// A counter's key as people read it.

import { readCounterKey } from "../../core/keys/read-counter-key.ts";
import { toSafeText } from "./print-safely.ts";

/** "consumer=4:acme|path=2:/a" is "consumer acme, path /a"; what is not written so stays as it is. */
export function toKeyText(key: unknown): string {
  const whole = toSafeText(key);
  const parts = typeof key === "string" ? readCounterKey(key) : undefined;
  if (parts === undefined || parts.length === 0) return whole;
  return parts.map(({ label, value = "(missing)" }) => `${label} ${value}`.trim()).join(", ");
}
