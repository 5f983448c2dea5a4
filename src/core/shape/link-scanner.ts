// Changes links in a JSON text as it comes, byte by byte, in pieces of any size. All other bytes pass as they are, also of a
// text that is no JSON. What is held back is a link that has not come whole.

import { isLinkField, type LinkRules } from "./link-rules.ts";

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

export class LinkScanner {
  readonly #rules: LinkRules;
  readonly #rewrite: (url: string) => string;
  #frame: Frame | undefined;
  #depth = 0;
  #expectsName = false;
  /** The text under way; undefined: none is. */
  #text: Text | undefined;
  #isEscape = false;
  /** What came of a name or a link under way, without its quote. */
  #kept: number[] = [];
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
    // Up to where the piece has been passed on.
    let from = 0;
    for (let at = 0; at < piece.byteLength; at += 1) {
      const code = piece[at] ?? 0;
      if (this.#text === undefined) {
        this.#readMark(code);
        // Behind its first quote a link waits for its last.
        if ((this.#text as Text | undefined) === "link") {
          passed.push(piece.subarray(from, at + 1));
          from = at + 1;
        }
        continue;
      }
      const text = this.#text;
      if (!this.#readText(code)) continue;
      if (text === "link") {
        passed.push(this.#takeLink());
        // The quote, or what made it no link.
        from = at;
      }
    }
    if (this.#text !== "link") passed.push(piece.subarray(from));
    return passed.filter(({ byteLength }) => byteLength > 0);
  }

  /** What was held back when the text ended too early. */
  end(): Uint8Array {
    return this.#text === "link" ? Uint8Array.from(this.#kept) : new Uint8Array();
  }

  /** Whether the text under way ends here, or is not to be kept any longer. */
  #readText(code: number): boolean {
    if (code === QUOTE && !this.#isEscape) {
      if (this.#text === "name" && this.#frame !== undefined) this.#frame.name = this.#takeName();
      this.#text = undefined;
      return true;
    }
    this.#isEscape = code === BACKSLASH && !this.#isEscape;
    if (this.#text === "other") return false;
    const bytesMax = this.#text === "name" ? NAME_BYTES_MAX : LINK_BYTES_MAX;
    if (this.#kept.length < bytesMax) {
      this.#kept.push(code);
      return false;
    }
    if (this.#text === "link") this.unread += 1;
    else if (this.#frame !== undefined) this.#frame.name = "";
    this.#text = "other";
    return true;
  }

  #readMark(code: number): void {
    if (code === QUOTE) this.#beginText();
    else if (code === BRACE || code === BRACKET) this.#open(code === BRACE);
    else if (code === BRACE_END || code === BRACKET_END) this.#close();
    else if (code === COMMA) this.#expectsName = this.#frame?.isObject === true;
    else if (code === COLON) this.#expectsName = false;
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
    this.#kept = [];
    if (this.#depth > DEPTH_MAX) this.#text = "other";
    else if (this.#expectsName) this.#text = "name";
    else this.#text = isLinkField(this.#rules, this.#listNames()) ? "link" : "other";
  }

  /** The names on the way to the value, its own first. What stands in a list has the list's. */
  #listNames(): readonly string[] {
    const names: string[] = [];
    for (let frame = this.#frame; frame !== undefined; frame = frame.parent)
      if (frame.isObject) names.push(frame.name);
    return names;
  }

  #takeName(): string {
    return unescape(String.fromCharCode(...this.#kept)) ?? "";
  }

  #takeLink(): Uint8Array {
    const bytes = Uint8Array.from(this.#kept);
    this.#kept = [];
    // It was too long: the rest of it passes.
    if (this.#text === "other") return bytes;
    // What is no ASCII is no URL.
    if (!/^https?:/i.test(String.fromCharCode(...bytes.subarray(0, 6))) || bytes.some((byte) => byte > 126))
      return bytes;
    const raw = String.fromCharCode(...bytes);
    const url = unescape(raw);
    const rewritten = url === undefined ? undefined : this.#rewrite(url);
    if (rewritten === undefined || rewritten === url) return bytes;
    const written = JSON.stringify(rewritten).slice(1, -1);
    const text = raw.includes("\\/") ? written.replaceAll("/", "\\/") : written;
    return Uint8Array.from(text, (char) => char.charCodeAt(0));
  }
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
