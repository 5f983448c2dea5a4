// Finds named members of a JSON text as it comes, in pieces of any size, and makes nothing of the rest. It takes what
// JSON.parse takes (RFC 8259), up to a depth and a length of what it holds in hand; of every other text it knows nothing.

import { type BodyValue, MISSING, UNKNOWN } from "./body-value.ts";
import { fold, listPlaces, type PathNode } from "./member-path.ts";

const DEPTH_MAX = 1_000;
/** Of a name, a number or a text that is kept, as it is written. */
const RAW_LENGTH_MAX = 4_096;
const TOKEN = /^(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;

/** What the next character may be, outside of texts and tokens. */
type Expected = "value" | "value or ]" | "name" | "name or }" | "colon" | "next" | "end";
type Inside = "nothing" | "text" | "escape" | "token";

interface Frame {
  readonly isObject: boolean;
  /** What it may have; undefined: nothing that is looked for. */
  readonly node: PathNode | undefined;
  count: number;
}

const [TAB, LINE_FEED, RETURN, SPACE] = [9, 10, 13, 32];
const [QUOTE, BACKSLASH, COMMA, COLON] = [34, 92, 44, 58];
const [BRACKET, BRACKET_END, BRACE, BRACE_END, LETTER_U] = [91, 93, 123, 125, 117];
/** What may stand after a backslash, the `u` apart: one of "\/bfnrt. */
const ESCAPED: ReadonlySet<number> = new Set([34, 92, 47, 98, 102, 110, 114, 116]);

export class JsonScanner {
  readonly #found = new Map<string, BodyValue>();
  readonly #visited = new Set<PathNode>();
  readonly #frames: Frame[] = [];
  #expected: Expected = "value";
  #inside: Inside = "nothing";
  #isName = false;
  /** Hexadecimal digits that an escape still needs. */
  #digits = 0;
  /** What is kept of the text or token under way; undefined: nothing. */
  #raw: string | undefined;
  /** What the next value, or the one under way, is looked for as. */
  #node: PathNode | undefined;
  #hasFailed = false;

  constructor(tree: PathNode) {
    this.#node = tree;
  }

  write(text: string): void {
    let at = 0;
    while (at < text.length && !this.#hasFailed) at = this.#step(text, at);
  }

  /** What was found, by place; what has no entry is missing. undefined: it is no JSON. */
  end(): ReadonlyMap<string, BodyValue> | undefined {
    if (this.#inside === "token") this.#endToken();
    const isWhole = !this.#hasFailed && this.#inside === "nothing" && this.#expected === "end";
    return isWhole ? this.#found : undefined;
  }

  #fail(): void {
    this.#hasFailed = true;
  }

  /** Where to go on. */
  #step(text: string, at: number): number {
    if (this.#inside === "text") return this.#readText(text, at);
    if (this.#inside === "token") return this.#readToken(text, at);
    if (this.#inside === "escape") this.#readEscape(text.charCodeAt(at), text.slice(at, at + 1));
    else this.#readMark(text.charCodeAt(at));
    // A token's first character is read again, as a part of it.
    return (this.#inside as Inside) === "token" ? at : at + 1;
  }

  #readText(text: string, from: number): number {
    let at = from;
    let code = text.charCodeAt(at);
    while (at < text.length && code !== QUOTE && code !== BACKSLASH && code >= SPACE) {
      at += 1;
      code = text.charCodeAt(at);
    }
    this.#keep(text, from, at);
    if (at === text.length) return at;
    if (code === QUOTE) this.#endText();
    else if (code === BACKSLASH) {
      this.#keep(text, at, at + 1);
      this.#inside = "escape";
    } else this.#fail();
    return at + 1;
  }

  #readEscape(code: number, char: string): void {
    this.#keep(char, 0, 1);
    if (this.#digits > 0) {
      if (!isHex(code)) this.#fail();
      this.#digits -= 1;
      if (this.#digits === 0) this.#inside = "text";
    } else if (code === LETTER_U) this.#digits = 4;
    else if (ESCAPED.has(code)) this.#inside = "text";
    else this.#fail();
  }

  #readToken(text: string, from: number): number {
    let at = from;
    while (at < text.length && isOfToken(text.charCodeAt(at))) at += 1;
    this.#raw ??= "";
    this.#keep(text, from, at);
    if (this.#raw === undefined) this.#fail();
    if (at < text.length) this.#endToken();
    return at;
  }

  #keep(text: string, from: number, to: number): void {
    if (this.#raw === undefined || from === to) return;
    const isTooLong = this.#raw.length + to - from > RAW_LENGTH_MAX;
    this.#raw = isTooLong ? undefined : this.#raw + text.slice(from, to);
  }

  #readMark(code: number): void {
    if (isSpace(code)) return;
    const expected = this.#expected;
    if (expected === "value" || expected === "value or ]") {
      if (code === BRACKET_END && expected === "value or ]") this.#close();
      else this.#beginValue(code);
    } else if (expected === "next") this.#readNext(code);
    else if (expected === "colon" && code === COLON) this.#expected = "value";
    else if (expected === "name or }" && code === BRACE_END) this.#close();
    else this.#beginName(code);
  }

  #readNext(code: number): void {
    const isObject = this.#frames.at(-1)?.isObject === true;
    if (code === COMMA) this.#expected = isObject ? "name" : "value";
    else if (code === (isObject ? BRACE_END : BRACKET_END)) this.#close();
    else this.#fail();
  }

  #beginName(code: number): void {
    const isExpected = this.#expected === "name" || this.#expected === "name or }";
    if (code !== QUOTE || !isExpected) {
      this.#fail();
      return;
    }
    const { node } = this.#frames.at(-1) ?? {};
    this.#beginText(node !== undefined && node.members.size > 0);
    this.#isName = true;
  }

  #beginValue(code: number): void {
    const frame = this.#frames.at(-1);
    if (frame !== undefined) frame.count += 1;
    if (code === QUOTE) this.#beginText(this.#node?.place !== undefined);
    else if (code === BRACE || code === BRACKET) this.#open(code === BRACE);
    else if (isOfToken(code)) this.#inside = "token";
    else this.#fail();
  }

  #beginText(isKept: boolean): void {
    this.#inside = "text";
    this.#isName = false;
    this.#raw = isKept ? "" : undefined;
  }

  #endText(): void {
    const raw = this.#raw;
    this.#inside = "nothing";
    this.#raw = undefined;
    if (this.#isName) {
      this.#expected = "colon";
      const text = raw === undefined ? undefined : toText(raw);
      // A name that is longer than every one that is looked for is none of them.
      this.#node = text === undefined ? undefined : this.#findMember(text);
      return;
    }
    this.#endValue(raw === undefined ? UNKNOWN : { kind: "text", text: toText(raw) });
  }

  #endToken(): void {
    const raw = this.#raw ?? "";
    this.#inside = "nothing";
    this.#raw = undefined;
    if (!TOKEN.test(raw)) this.#fail();
    else if (raw === "null") this.#endValue(MISSING);
    else this.#endValue({ kind: raw === "true" || raw === "false" ? "boolean" : "number", text: raw });
  }

  #open(isObject: boolean): void {
    if (this.#frames.length === DEPTH_MAX) this.#fail();
    this.#frames.push({ isObject, node: this.#node, count: 0 });
    this.#node = undefined;
    this.#expected = isObject ? "name or }" : "value or ]";
  }

  #close(): void {
    const frame = this.#frames.pop();
    if (frame === undefined) return;
    this.#node = frame.node;
    this.#endValue(frame.isObject ? { kind: "object" } : { kind: "list", count: frame.count });
  }

  #endValue(value: BodyValue): void {
    const node = this.#node;
    this.#node = undefined;
    this.#expected = this.#frames.length === 0 ? "end" : "next";
    if (node === undefined) return;
    if (node.place !== undefined) this.#note(node.place, value);
    // What is looked for inside can be nowhere that is understood here.
    if (value.kind !== "object" && value.kind !== "missing")
      for (const member of node.members.values()) this.#blur(member);
  }

  /** What is looked for by this name. Of what looks like it nothing is known: an origin may take it for the same. */
  #findMember(name: string): PathNode | undefined {
    const { node } = this.#frames.at(-1) ?? { node: undefined };
    const member = node?.members.get(name);
    for (const alike of node?.folded.get(fold(name)) ?? []) if (alike !== member) this.#blur(alike);
    if (member === undefined) return undefined;
    if (this.#visited.has(member)) this.#blur(member);
    this.#visited.add(member);
    return member;
  }

  #blur(node: PathNode): void {
    for (const place of listPlaces(node)) this.#found.set(place, UNKNOWN);
  }

  /** Of what stands there twice an origin may take either. */
  #note(place: string, value: BodyValue): void {
    this.#found.set(place, this.#found.has(place) ? UNKNOWN : value);
  }
}

/** The members of a text that is there as a whole. undefined: it is no JSON. */
export function scanJson(text: string, tree: PathNode): ReadonlyMap<string, BodyValue> | undefined {
  const scanner = new JsonScanner(tree);
  scanner.write(text);
  return scanner.end();
}

/** Its escapes are right: they were read one by one. */
function toText(raw: string): string {
  return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === LINE_FEED || code === RETURN || code === TAB;
}

function isHex(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 70) || (code >= 97 && code <= 102);
}

/** Digits, letters, and what stands between them in numbers. */
function isOfToken(code: number): boolean {
  if (code >= 48 && code <= 57) return true;
  return (code >= 97 && code <= 122) || code === 69 || code === 43 || code === 45 || code === 46;
}
