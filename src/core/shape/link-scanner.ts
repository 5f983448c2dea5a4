// Changes links in a JSON text as it comes, byte by byte, in pieces of any size. All other bytes pass as they are, also of a
// text that is no JSON. What is held back is a link that has not come whole.

import { isLinkField, type LinkRules, mayBeLinkField } from "./link-rules.ts";

const DEPTH_MAX = 1_000;
const NAME_BYTES_MAX = 128;
/** A longer text is no link that anybody follows. */
const LINK_BYTES_MAX = 16_384;
const [QUOTE, BACKSLASH, COMMA, COLON, BRACKET, BRACKET_END, BRACE, BRACE_END] = [
  34, 92, 44, 58, 91, 93, 123, 125,
];

interface Frame {
  readonly parent: Frame | undefined;
  readonly isObject: boolean;
  /** Of the member under way. */
  name: string;
}

type Text = "name" | "link" | "other";

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
  #kept = NOTHING;
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
        if (!this.#isLink) continue;
        passed.push(piece.subarray(from, at));
        from = at;
        continue;
      }
      const end = this.#findEnd(piece, at);
      const wasLink = this.#isLink;
      this.#keep(piece.subarray(at, end));
      const isEnded = end < piece.byteLength;
      if (wasLink) {
        if (isEnded || !this.#isLink) passed.push(this.#takeLink());
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
    return this.#isLink ? this.#kept : NOTHING;
  }

  get #isLink(): boolean {
    return this.#text === "link";
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
    if (this.#text === "other" || part.byteLength === 0) return;
    const kept = new Uint8Array(this.#kept.byteLength + part.byteLength);
    kept.set(this.#kept);
    kept.set(part, this.#kept.byteLength);
    this.#kept = kept;
    if (kept.byteLength <= (this.#isLink ? LINK_BYTES_MAX : NAME_BYTES_MAX)) return;
    if (this.#isLink) this.unread += 1;
    else if (this.#frame !== undefined) this.#frame.name = "";
    this.#text = "other";
  }

  #endText(): void {
    if (this.#text === "name" && this.#frame !== undefined)
      this.#frame.name = unescape(String.fromCharCode(...this.#kept)) ?? "";
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
    this.#kept = NOTHING;
    if (this.#depth > DEPTH_MAX) this.#text = "other";
    else if (this.#expectsName) this.#text = "name";
    else this.#text = this.#isLinkField() ? "link" : "other";
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

  #takeLink(): Uint8Array {
    const bytes = this.#kept;
    this.#kept = NOTHING;
    // It was too long: the rest of it passes.
    if (this.#text === "other") return bytes;
    // What is no ASCII is no URL.
    if (!/^https?:/i.test(String.fromCharCode(...bytes.subarray(0, 6))) || bytes.some((byte) => byte > 126))
      return bytes;
    const raw = String.fromCharCode(...bytes);
    const url = unescape(raw);
    const rewritten = url === undefined ? undefined : this.#rewrite(url);
    if (rewritten === undefined || rewritten === url) return bytes;
    // What is no ASCII now had escapes before.
    const written = JSON.stringify(rewritten)
      .slice(1, -1)
      .replace(/[^ -~]/g, toEscape);
    const text = raw.includes("\\/") ? written.replaceAll("/", "\\/") : written;
    return Uint8Array.from(text, (char) => char.charCodeAt(0));
  }
}

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
