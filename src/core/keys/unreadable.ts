// What a field's or a cookie's value counts as that cannot be read (http/field-value.ts). Two such values may be two where
// they look like one: so they are told apart by the client's address, and never count for nothing.

import { isReadable } from "../http/field-value.ts";
import type { Facts } from "./facts.ts";
import { ip } from "./ip.ts";

/** No field has it: a value cannot pass for this. */
const UNREADABLE = "\u0000unreadable";

/** A value that can be read is itself. */
export function toCounted(value: string | undefined, facts: Facts): string | undefined {
  if (value === undefined || isReadable(value)) return value;
  const address = ip.read(facts, "") ?? "";
  // An origin may take one of several lines, one that can be read: what is said in the others must pick no counter.
  return value.includes(", ") ? `${UNREADABLE} ${address}` : `${UNREADABLE} ${address} ${value}`;
}
