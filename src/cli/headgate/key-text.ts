// A counter's key as people read it.

import { toSafeText } from "./print-safely.ts";

/** "consumer=4:acme|path=2:/a" is "consumer acme, path /a"; what is not written so stays as it is. */
export function toKeyText(key: unknown): string {
  const whole = toSafeText(key);
  const parts: string[] = [];
  let rest = whole;
  while (rest !== "") {
    const [head, label = "", length = ""] = /^([\w:-]+)=(\d{1,4}|-):?/.exec(rest) ?? [];
    if (head === undefined) return whole;
    const end = head.length + (length === "-" ? 0 : Number(length));
    const value = length === "-" ? "(missing)" : rest.slice(head.length, end);
    parts.push(`${label} ${value}`.trim());
    if (rest.length < end || (rest.length > end && rest[end] !== "|")) return whole;
    rest = rest.slice(end + 1);
  }
  return parts.join(", ");
}
