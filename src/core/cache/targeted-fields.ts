// Targeted cache directives (RFC 9213): the first usable field of the target list, as the same directives that
// Cache-Control gives. Types are held to: a decimal or quoted max-age is no max-age (section 2.1).

import type { Directive } from "./cache-control.ts";
import type { FieldReader } from "./fields.ts";
import { parseDictionary, type StructuredValue } from "../http/structured-dictionary.ts";

/** The target list, from the most to the least specific (section 2.2). Other targeted fields change nothing. */
const TARGET_LIST = ["cloudflare-cdn-cache-control", "cdn-cache-control"] as const;

const WITH_SECONDS = new Set(["max-age", "s-maxage", "stale-while-revalidate", "stale-if-error"]);
const WITH_NAMES = new Set(["no-cache", "private"]);

/** The directives; undefined when no field of the list is there, valid and not empty: Cache-Control decides then. */
export function findTargetedDirectives(fields: FieldReader): readonly Directive[] | undefined {
  for (const name of TARGET_LIST) {
    const value = fields.get(name);
    if (value === null || value === undefined) continue;
    const dictionary = parseDictionary(value);
    if (dictionary === undefined || dictionary.size === 0) continue;
    return [...dictionary].flatMap(([key, member]) => toDirective(key, member));
  }
  return undefined;
}

function toDirective(name: string, member: StructuredValue): readonly Directive[] {
  if (member.type === "boolean") {
    // False says that the directive does not apply, as far as it says anything.
    return member.value ? [{ name, argument: undefined, isMalformed: false }] : [];
  }
  if (member.type === "integer" && WITH_SECONDS.has(name)) {
    return [{ name, argument: String(member.value), isMalformed: false }];
  }
  if (member.type === "string" && WITH_NAMES.has(name)) {
    return [{ name, argument: member.value, isMalformed: false }];
  }
  return [{ name, argument: undefined, isMalformed: true }];
}
