// The part of the query that belongs to the cache key. Only what the settings drop is dropped, and only when every
// origin would read it as the dropped parameter: an unkeyed parameter that an origin reads differently is how a cache
// is poisoned.

import { decodeParameter } from "../http/query.ts";
import type { QueryKeySettings } from "./cache-settings.ts";

export function toKeyQuery(query: string, settings: QueryKeySettings): string {
  if (query === "" || (settings.mode === "all" && !settings.sorted)) return query;
  const kept = query.split("&").filter((parameter) => isKept(parameter, settings));
  if (settings.sorted) kept.sort((a, b) => compare(toName(a) ?? a, toName(b) ?? b));
  return kept.join("&");
}

/** Whether a query has a parameter of one of these names. */
export function hasParameter(query: string, names: readonly string[]): boolean {
  if (query === "" || names.length === 0) return false;
  return query.split("&").some((parameter) => names.includes(toName(parameter) ?? parameter));
}

function isKept(parameter: string, { mode, names }: QueryKeySettings): boolean {
  if (mode === "all") return true;
  const name = toName(parameter);
  // Some origins split at ";" too, and then see a second parameter in the value of the first.
  if (name === undefined || parameter.includes(";")) return true;
  if (mode === "exclude") return !names.has(name);
  // "ID", "id[]" and "id" are one parameter to some origins.
  return names.has(name.toLowerCase()) || names.has((name.split("[", 1)[0] ?? "").toLowerCase());
}

/** The decoded name, as origins decode it, or undefined when its escapes are broken. */
function toName(parameter: string): string | undefined {
  return decodeParameter(parameter.split("=", 1)[0] ?? "");
}

/** By code units: the same on every machine. */
function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
