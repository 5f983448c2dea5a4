// Takes fields out of a JSON text, as text: numbers, escapes and the order of fields stay as they were written. Nothing is
// decoded but the names that have an escape.

import type { FieldMask } from "./field-mask.ts";

/** Deeper structures that a mask leads into are not trimmed. */
const DEPTH_MAX = 64;
const SPACE = /[ \t\n\r]*/y;
const SCALAR = /[^ \t\n\r,\]}]*/y;

export function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/**
 * `text` with what the mask means alone ("keep"), or without it ("drop"); undefined when it is no JSON or too deep. A
 * value that is no object where the mask has fields of one stays as it is.
 */
export function trimJson(text: string, mask: FieldMask, rule: "keep" | "drop"): string | undefined {
  if (!isJson(text)) return undefined;
  const trimmer = new Trimmer(text, rule === "keep");
  const trimmed = trimmer.trim(mask, 1);
  return trimmer.isTooDeep ? undefined : trimmed;
}

/** Walks a text that is JSON: what can only stand in one place is not looked at again. */
class Trimmer {
  isTooDeep = false;
  readonly #text: string;
  readonly #isKept: boolean;
  #at = 0;

  constructor(text: string, isKept: boolean) {
    this.#text = text;
    this.#isKept = isKept;
  }

  trim(mask: FieldMask, depth: number): string {
    this.#skip(SPACE);
    const opening = this.#text[this.#at];
    if (opening !== "{" && opening !== "[") return this.#copy();
    if (depth > DEPTH_MAX) {
      this.isTooDeep = true;
      return this.#copy();
    }
    const parts: string[] = [];
    const closing = opening === "{" ? "}" : "]";
    this.#at += 1;
    for (;;) {
      this.#skip(SPACE);
      const next = this.#text[this.#at];
      if (next === closing) break;
      if (next === ",") this.#at += 1;
      else if (opening === "[") parts.push(this.trim(mask, depth + 1));
      else this.#trimField(mask, depth, parts);
    }
    this.#at += 1;
    return opening + parts.join(",") + closing;
  }

  #trimField(mask: FieldMask, depth: number, parts: string[]): void {
    const key = this.#copy();
    this.#skip(SPACE);
    this.#at += 1;
    const name = key.includes("\\") ? (JSON.parse(key) as string) : key.slice(1, -1);
    const below = mask.get(name);
    if (below !== undefined) parts.push(`${key}:${this.trim(below, depth + 1)}`);
    else {
      const value = this.#copy();
      if (mask.has(name) === this.#isKept) parts.push(`${key}:${value}`);
    }
  }

  /** The next value as it is written. */
  #copy(): string {
    this.#skip(SPACE);
    const start = this.#at;
    let open = 0;
    do {
      const next = this.#text[this.#at];
      if (next === '"') this.#skipString();
      else if (next === "{" || next === "[") {
        open += 1;
        this.#at += 1;
      } else if (open === 0) this.#skip(SCALAR);
      else {
        if (next === "}" || next === "]") open -= 1;
        this.#at += 1;
      }
    } while (open > 0);
    return this.#text.slice(start, this.#at);
  }

  #skipString(): void {
    let end = this.#at;
    do end = this.#text.indexOf('"', end + 1);
    while (this.#isEscaped(end));
    this.#at = end + 1;
  }

  /** By an odd number of backslashes. */
  #isEscaped(at: number): boolean {
    let before = at;
    while (this.#text[before - 1] === "\\") before -= 1;
    return (at - before) % 2 === 1;
  }

  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    pattern.test(this.#text);
    this.#at = pattern.lastIndex;
  }
}
