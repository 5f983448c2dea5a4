// Changes links in a JSON text as it comes, byte by byte, in pieces of any size. All other bytes pass as they are, also of a
// text that is no JSON. What is held back is a link that has not come whole, or a text that is JSON with links of its own.

import { HeldBytes } from "./held-bytes.ts";
import { putBack, takeOut } from "./json-in-text.ts";
import { isLinkField, type LinkRules, mayBeLinkField } from "./link-rules.ts";

const DEPTH_MAX = 1_000;
const NAME_BYTES_MAX = 128;
/** Of what is kept of a text. A longer one is no link that anybody follows; longer JSON in a text passes as it is. */
const KEPT_BYTES_MAX = { name: NAME_BYTES_MAX, link: 16_384, json: 262_144 };
const [QUOTE, BACKSLASH, COMMA, COLON, BRACKET, BRACKET_END, BRACE, BRACE_END] = [
  34, 92, 44, 58, 91, 93, 123, 125,
];

interface Frame {
  readonly parent: Frame | undefined;
  readonly isObject: boolean;
  /** Of the member under way. */
  name: string;
}

type Text = "name" | "link" | "json" | "other";

/** Names of which it is known whether a link may stand there: of an API there are few. */
const NAMES_MAX = 1_000;
const NOTHING = new Uint8Array();

export class LinkScanner {
  readonly #rules: LinkRules;
  readonly #rewrite: (url: string) => string;
  readonly #mayLink = new Map<string, boolean>();
  #frame: Frame | undefined;
  #depth = 0;
  #expectsName = false;
  /** The text under way; undefined: none is. */
  #text: Text | undefined;
  #isEscape = false;
  /** Of the piece, from where it is read on. */
  #backslashAt = -1;
  /** What came of a name or a link under way, without its quote. */
  readonly #kept = new HeldBytes();
  /** Links that were too long, or lay too deep, to be looked at. */
  unread = 0;

  /** `rewrite` returns a URL that stays as it came. */
  constructor(rules: LinkRules, rewrite: (url: string) => string) {
    this.#rules = rules;
    this.#rewrite = rewrite;
  }

  /** What goes on, in order: parts of the piece, and what is new. */
  write(piece: Uint8Array): readonly Uint8Array[] {
    const passed: Uint8Array[] = [];
    this.#backslashAt = -1;
    // Up to where the piece has been passed on.
    let from = 0;
    for (let at = 0; at < piece.byteLength;) {
      if (this.#text === undefined) {
        at = this.#readMarks(piece, at);
        // Behind its first quote a link waits for its last.
        if (!this.#isHeld) continue;
        passed.push(piece.subarray(from, at));
        from = at;
        continue;
      }
      const end = this.#findEnd(piece, at);
      const wasHeld = this.#isHeld;
      this.#keep(piece.subarray(at, end));
      const isEnded = end < piece.byteLength;
      if (wasHeld) {
        if (isEnded || !this.#isHeld) passed.push(this.#takeHeld());
        from = end;
      }
      if (isEnded) this.#endText();
      at = end + 1;
    }
    if (from < piece.byteLength) passed.push(piece.subarray(from));
    return passed.filter(({ byteLength }) => byteLength > 0);
  }

  /** What was held back when the text ended too early. */
  end(): Uint8Array {
    return this.#isHeld ? this.#kept.take() : NOTHING;
  }

  get #isHeld(): boolean {
    return this.#text === "link" || this.#text === "json";
  }

  /** The place of the text's last quote; the piece's length where it goes on. */
  #findEnd(piece: Uint8Array, from: number): number {
    if (this.#backslashAt < from) this.#backslashAt = indexOrEnd(piece, BACKSLASH, from);
    const quoteAt = indexOrEnd(piece, QUOTE, from);
    // Most texts have no escapes.
    if (!this.#isEscape && this.#backslashAt >= quoteAt) return quoteAt;
    let at = from;
    let isEscape = this.#isEscape;
    for (; at < piece.byteLength; at += 1) {
      const code = piece[at];
      if (isEscape) isEscape = false;
      else if (code === QUOTE) break;
      else if (code === BACKSLASH) isEscape = true;
    }
    this.#isEscape = isEscape;
    return at;
  }

  #keep(part: Uint8Array): void {
    if (this.#text === undefined || this.#text === "other" || part.byteLength === 0) return;
    this.#kept.add(part);
    if (this.#kept.length <= KEPT_BYTES_MAX[this.#text]) return;
    if (this.#isHeld) this.unread += 1;
    else if (this.#frame !== undefined) this.#frame.name = "";
    this.#text = "other";
  }

  #endText(): void {
    if (this.#text === "name" && this.#frame !== undefined)
      this.#frame.name = unescape(this.#kept.toText()) ?? "";
    this.#text = undefined;
  }

  /** Where to go on: behind the quote that a text begins with, or at the piece's end. */
  #readMarks(piece: Uint8Array, from: number): number {
    let at = from;
    while (at < piece.byteLength && this.#text === undefined) {
      const code = piece[at] ?? 0;
      if (code === QUOTE) this.#beginText();
      else if (code === BRACE || code === BRACKET) this.#open(code === BRACE);
      else if (code === BRACE_END || code === BRACKET_END) this.#close();
      else if (code === COMMA) this.#expectsName = this.#frame?.isObject === true;
      else if (code === COLON) this.#expectsName = false;
      at += 1;
    }
    return at;
  }

  #open(isObject: boolean): void {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) {
      this.unread += 1;
      return;
    }
    this.#frame = { parent: this.#frame, isObject, name: "" };
    this.#expectsName = isObject;
  }

  #close(): void {
    if (this.#depth <= DEPTH_MAX) this.#frame = this.#frame?.parent;
    this.#depth = Math.max(0, this.#depth - 1);
    this.#expectsName = false;
  }

  #beginText(): void {
    this.#isEscape = false;
    this.#kept.clear();
    if (this.#depth > DEPTH_MAX) this.#text = "other";
    else if (this.#expectsName) this.#text = "name";
    else if (this.#isLinkField()) this.#text = "link";
    else this.#text = this.#isJsonText() ? "json" : "other";
  }

  /** Of the answer, or of one in the list that it is. */
  #isJsonText(): boolean {
    if (this.#frame?.isObject !== true || this.#depth > 2) return false;
    return this.#frame.parent?.isObject !== true && this.#rules.texts.includes(this.#frame.name);
  }

  /** The last name alone says of most members that they have none. What stands in a list has the list's name. */
  #isLinkField(): boolean {
    let nearest = this.#frame;
    while (nearest?.isObject === false) nearest = nearest.parent;
    if (nearest === undefined) return false;
    let mayLink = this.#mayLink.get(nearest.name);
    if (mayLink === undefined) {
      mayLink = mayBeLinkField(this.#rules, nearest.name);
      if (this.#mayLink.size < NAMES_MAX) this.#mayLink.set(nearest.name, mayLink);
    }
    return mayLink && isLinkField(this.#rules, listNames(nearest));
  }

  #takeHeld(): Uint8Array {
    // It was too long: the rest of it passes.
    if (this.#text === "other") return this.#kept.take();
    const raw = this.#kept.toText();
    const bytes = this.#kept.take();
    return (this.#text === "link" ? this.#relink(raw) : this.#relinkWithin(raw)) ?? bytes;
  }

  /** undefined: it stays. */
  #relink(raw: string): Uint8Array | undefined {
    // What is no ASCII is no URL.
    if (!/^https?:/i.test(raw) || /[^\0-~]/.test(raw)) return undefined;
    const url = unescape(raw);
    const rewritten = url === undefined ? undefined : this.#rewrite(url);
    if (rewritten === undefined || rewritten === url) return undefined;
    // What is no ASCII now had escapes before.
    const written = JSON.stringify(rewritten)
      .slice(1, -1)
      .replace(/[^ -~]/g, toEscape);
    return toBytes(raw.includes("\\/") ? written.replaceAll("/", "\\/") : written);
  }

  /** undefined: no link in it changes. */
  #relinkWithin(raw: string): Uint8Array | undefined {
    const text = takeOut(raw);
    if (text === undefined) return undefined;
    const scanner = new LinkScanner({ ...this.#rules, texts: [] }, this.#rewrite);
    const held = new HeldBytes();
    for (const part of scanner.write(toBytes(text))) held.add(part);
    held.add(scanner.end());
    this.unread += scanner.unread;
    const relinked = held.toText();
    return relinked === text ? undefined : toBytes(putBack(relinked, raw));
  }
}

const toBytes = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));

function indexOrEnd(piece: Uint8Array, code: number, from: number): number {
  const at = piece.indexOf(code, from);
  return at === -1 ? piece.byteLength : at;
}

/** The names on the way to a value, its own first. */
function listNames(nearest: Frame): readonly string[] {
  const names: string[] = [];
  for (let frame: Frame | undefined = nearest; frame !== undefined; frame = frame.parent)
    if (frame.isObject) names.push(frame.name);
  return names;
}

function toEscape(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** undefined: it is no text of JSON. */
function unescape(raw: string): string | undefined {
  if (!raw.includes("\\")) return raw;
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return undefined;
  }
}
