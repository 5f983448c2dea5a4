// Takes fields out of a JSON text, as text: numbers, escapes and the order of fields stay as they were written. Nothing is
// decoded but the names that have an escape.

import type { FieldMask } from "./field-mask.ts";

/** Deeper structures that a mask leads into are not trimmed. */
const DEPTH_MAX = 64;
const SPACE = /\s*/y;
/** A token: a number or a word, or one character of what is between such. */
const TOKEN = /[^\s"[\]{},:]+|./sy;

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
    at = skip(text, at, SPACE);
    return text[at];
  };
  /** The next value as it is written. */
  const copy = (): string => {
    peek();
    const start = at;
    at = findEnd(text, start);
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
    const name = key.includes("\\") ? (JSON.parse(key) as string) : key.slice(1, -1);
    const below = fields.get(name);
    const value = below === undefined ? copy() : trim(below, depth + 1);
    return below !== undefined || fields.has(name) === (rule === "keep") ? [`${key}:${value}`] : [];
  };
  const trimmed = trim(mask, 1);
  return isTooDeep ? undefined : trimmed;
}

/** The end of the value that starts there. */
function findEnd(text: string, start: number): number {
  let at = start;
  let open = 0;
  do {
    const next = text[at];
    if (next === "{" || next === "[") open += 1;
    if (next === "}" || next === "]") open -= 1;
    at = next === '"' ? findStringEnd(text, at) : skip(text, at, TOKEN);
  } while (open > 0);
  return at;
}

/** The end of a string. A quote behind an odd number of backslashes is a part of it. */
function findStringEnd(text: string, start: number): number {
  let end = start;
  let isEscaped = true;
  while (isEscaped) {
    end = text.indexOf('"', end + 1);
    let before = end;
    while (text[before - 1] === "\\") before -= 1;
    isEscaped = (end - before) % 2 === 1;
  }
  return end + 1;
}

function skip(text: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}
