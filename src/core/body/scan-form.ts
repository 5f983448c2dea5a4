// Finds fields of a form (application/x-www-form-urlencoded) that is there as a whole.

import { decodeParameter } from "../http/query.ts";
import { type BodyValue, UNKNOWN } from "./body-value.ts";
import { fold } from "./member-path.ts";

/** How a JSON text begins: an origin may look at the body and not at its type. */
const JSON_START = /^[\s\uFEFF]*[{[]/;

/** The fields by name; what has no entry is missing. undefined: it is no form. */
export function scanForm(text: string, names: readonly string[]): ReadonlyMap<string, BodyValue> | undefined {
  if (JSON_START.test(text)) return undefined;
  const found = new Map<string, BodyValue>();
  const folded = names.map((name) => [foldField(name), name] as const);
  for (const pair of text.split("&")) {
    const [given = ""] = pair.split("=", 1);
    const name = decodeParameter(given) ?? given;
    const alike = foldField(name);
    for (const [wanted, field] of folded) {
      if (wanted !== alike) continue;
      const value = name === field ? decodeParameter(pair.slice(given.length + 1)) : undefined;
      const before = found.get(field);
      const isSame = before === undefined || (before.kind === "text" && before.text === value);
      found.set(field, value !== undefined && isSame ? { kind: "text", text: value } : UNKNOWN);
    }
  }
  return found;
}

/**
 * What the fields have in common that readers of forms take for one: they differ in case, and PHP makes a field of what
 * stands before "[", with "_" for dots and spaces.
 */
function foldField(name: string): string {
  const [start = ""] = name.trimStart().split("[", 1);
  return fold(start).replaceAll(/[. ]/g, "_");
}
