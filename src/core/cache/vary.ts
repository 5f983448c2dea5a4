// Vary (RFC 9111 section 4.1): which request fields chose a response, their values in a form in which equal requests
// are equal, and whether a request has the same ones.

import type { VarySettings } from "./cache-settings.ts";
import { type FieldReader, type Fields, hasField, parseFieldNames, splitList } from "./fields.ts";
import { foldName } from "../http/field-name.ts";
import { findPreferred } from "./preference.ts";

/** A request field and its normalised value; null when it was not sent, which matches only "not sent" (section 4.1). */
export type VaryValue = readonly [name: string, value: string | null];

/** Fields whose members have no order beyond their quality values, and no case (RFC 9110 section 12.5). */
const UNORDERED = new Set(["accept-encoding", "accept-language", "accept-charset"]);
/** Fields that are no lists: white space next to a comma belongs to their value. */
const SINGLETONS = new Set(["authorization", "cookie", "origin", "referer", "user-agent"]);

/**
 * The nominated fields, folded as requests' fields are, sorted, each once, without the ignored; "*" when the field has a
 * member "*" or one that is no field name: such a response never matches.
 */
export function parseVary(vary: string | null | undefined, settings: VarySettings): readonly string[] | "*" {
  if (vary === null || vary === undefined) return [];
  const names = parseFieldNames(vary);
  if (names === undefined || names.includes("*")) return "*";
  return [...new Set(names.map(foldName))].filter((name) => !settings.ignore.has(name)).sort();
}

export function toVaryValues(
  names: readonly string[],
  fields: FieldReader,
  settings: VarySettings,
): readonly VaryValue[] {
  return names.map((name) => [name, normaliseValue(name, fields, settings)]);
}

/** Whether a request would have chosen what these values chose. */
export function matchesVary(
  vary: readonly VaryValue[],
  fields: FieldReader,
  settings: VarySettings,
): boolean {
  return vary.every(([name, value]) => normaliseValue(name, fields, settings) === value);
}

/**
 * The fields to forward in place of the client's where the route has choices: the origin must choose by what the cache
 * tells responses apart by, or one client's exact wish would be everyone's answer.
 */
export function toChosenFields(fields: FieldReader, settings: VarySettings): Fields {
  const chosen: (readonly [string, string])[] = [];
  for (const [name, choices] of settings.choices) {
    const choice = findPreferred(fields.get(name), choices);
    if (choice !== undefined) chosen.push([name, choice]);
  }
  return chosen;
}

/**
 * The value that a field counts as: one of the route's choices where it has some ("" for none of them), else the value
 * without differences that have no meaning: white space in lists, and order and case where the field has neither.
 */
export function normaliseValue(name: string, fields: FieldReader, settings: VarySettings): string | null {
  const choices = settings.choices.get(name);
  if (choices !== undefined) return findPreferred(fields.get(name), choices) ?? "";
  if (!hasField(fields, name)) return null;
  const value = fields.get(name) ?? "";
  if (SINGLETONS.has(name)) return value.trim();
  const members = splitList(value);
  if (!UNORDERED.has(name)) return members.join(",");
  return members
    .map((member) => member.toLowerCase().replaceAll(/[\t ]*([;=])[\t ]*/g, "$1"))
    .sort()
    .join(",");
}
