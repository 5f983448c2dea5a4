// What functions return for keys and costs, as limits read it: by the label "function:team", like a member of a body. A
// function that failed is "unknown": such a key counts by the client's address, and such a cost is the rule's max.

import type { BodyValue } from "../body/body-value.ts";

export const FUNCTION_LABEL = "function:";
const TEXT_LENGTH_MAX = 4_096;

const MISSING: BodyValue = { kind: "missing" };

/** undefined: no key and no cost is of this kind. */
export function toFunctionValue(returned: unknown): BodyValue | undefined {
  if (returned === undefined || returned === null) return MISSING;
  if (typeof returned === "string")
    return returned.length <= TEXT_LENGTH_MAX ? { kind: "text", text: returned } : undefined;
  if (typeof returned === "boolean") return { kind: "boolean", text: String(returned) };
  if (typeof returned !== "number" || !Number.isFinite(returned)) return undefined;
  return { kind: "number", text: String(returned) };
}

/** Names of functions among labels. */
export function listFunctionNames(labels: readonly string[]): readonly string[] {
  return labels
    .filter((label) => label.startsWith(FUNCTION_LABEL))
    .map((label) => label.slice(FUNCTION_LABEL.length));
}
