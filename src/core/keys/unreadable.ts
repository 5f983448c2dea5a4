// The key of a header or cookie value that is not valid UTF-8 (http/field-value.ts). Different values of this kind can look
// equal, so the client's address is part of the key: clients never share a counter by mistake, and none goes uncounted.

import { toPlainText } from "../body/body-members.ts";
import type { BodyValue } from "../body/body-value.ts";
import { isReadable } from "../http/field-value.ts";
import type { Facts } from "./facts.ts";
import { ip } from "./ip.ts";

/** Begins with a character that no field value can have. */
const UNREADABLE = "\u0000unreadable";

/** Returns a valid value as it is, and a key in place of any other. */
export function toCounted(value: string | undefined, facts: Facts): string | undefined {
  if (value === undefined || isReadable(value)) return value;
  const address = ip.read(facts, "") ?? "";
  // The origin may use just one of several lines, a valid one: the other lines must not select a counter.
  return value.includes(", ") ? `${UNREADABLE} ${address}` : `${UNREADABLE} ${address} ${value}`;
}

/** The same of a body's member: what is not known of it must not select a counter. */
export function toCountedMember(value: BodyValue, facts: Facts): string | undefined {
  if (value.kind === "missing") return undefined;
  const text = toPlainText(value);
  // Unlike a field's value, a member's may begin as the gateway's own words do.
  if (text !== undefined && !text.startsWith("\u0000")) return text;
  return `${UNREADABLE} ${ip.read(facts, "") ?? ""}`;
}
