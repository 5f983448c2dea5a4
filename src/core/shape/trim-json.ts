// Takes fields out of a JSON text, as text: numbers, escapes and the order of fields stay as they were written. Nothing is
// decoded but the names that have an escape.

import type { FieldMask } from "./field-mask.ts";
import { findValueEnd, readName, skipSpace } from "./json-text.ts";

/** Deeper structures that a mask leads into are not trimmed. */
const DEPTH_MAX = 64;

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * `text` with the selected fields alone ("keep"), or without them ("drop"); undefined when it is no JSON or too deep. A
 * value that is no object where the mask has fields of one stays as it is.
 */
export function trimJson(text: string, mask: FieldMask, rule: "keep" | "drop"): string | undefined {
  if (!isJson(text)) return undefined;
  // What can only stand in one place of a text that is JSON is not looked at again.
  let at = 0;
  let isTooDeep = false;
  /** The next character that is no space. */
  const peek = (): string | undefined => {
    at = skipSpace(text, at);
    return text[at];
  };
  /** The next value as it is written. */
  const copy = (): string => {
    peek();
    const start = at;
    at = findValueEnd(text, start);
    return text.slice(start, at);
  };
  const trim = (fields: FieldMask, depth: number): string => {
    const opening = peek();
    if (opening !== "{" && opening !== "[") return copy();
    if (depth > DEPTH_MAX) {
      isTooDeep = true;
      return copy();
    }
    const parts: string[] = [];
    at += 1;
    for (let next = peek(); next !== "}" && next !== "]"; next = peek()) {
      if (next === ",") at += 1;
      else if (opening === "[") parts.push(trim(fields, depth + 1));
      else parts.push(...trimField(fields, depth));
    }
    at += 1;
    return opening + parts.join(",") + (opening === "{" ? "}" : "]");
  };
  const trimField = (fields: FieldMask, depth: number): readonly string[] => {
    const key = copy();
    peek();
    at += 1;
    const name = readName(key);
    const below = fields.get(name);
    const value = below === undefined ? copy() : trim(below, depth + 1);
    return below !== undefined || fields.has(name) === (rule === "keep") ? [`${key}:${value}`] : [];
  };
  const trimmed = trim(mask, 1);
  return isTooDeep ? undefined : trimmed;
}
