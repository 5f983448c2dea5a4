// Reads what a call used out of Bedrock's streams: binary frames (application/vnd.amazon.eventstream), each with headers that
// name its event and a JSON document. The stream comes decoded as UTF-8, in which lengths and checksums are lost; what is
// looked for is ASCII, and stands there as it was: the header of the event's name, which no JSON text can hold (it has control
// characters), then the document up to its last brace. A frame that was damaged on its way says at worst nothing.

/** The header's name, then its type (a text), then the first byte of its length: names are short. */
const NAME = ":event-type\u0007\u0000";
/** The one event that says it. */
const METADATA = "metadata";
/** A longer document says nothing of usage. */
const DOCUMENT_LENGTH_MAX = 262_144;
/** What may stand between the name and the document: other headers. */
const HEADERS_LENGTH_MAX = 4_096;

// oxlint-disable-next-line no-control-regex -- they are what is looked for
const CONTROL = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/;

/** Reads documents, a line each. */
interface LineReader<Seen> {
  readonly write: (text: string) => void;
  readonly end: () => Seen;
}

type Phase = "between" | "headers" | "document";

export class FrameReader<Seen> implements LineReader<Seen> {
  readonly #documents: LineReader<Seen>;
  /** What every document has that says something of usage. */
  readonly #mark: string;
  #phase: Phase = "between";
  /** What of the phase has come; of a document that is too long no more is kept. */
  #held = "";
  #name = "";
  #depth = 0;
  #isInText = false;
  #isEscaped = false;

  constructor(documents: LineReader<Seen>, mark: string) {
    this.#documents = documents;
    this.#mark = mark;
  }

  write(text: string): void {
    let rest = text;
    while (rest !== "") {
      if (this.#phase === "between") rest = this.#seek(rest);
      else if (this.#phase === "headers") rest = this.#readHeaders(rest);
      else rest = this.#readDocument(rest);
    }
  }

  end(): Seen {
    return this.#documents.end();
  }

  #enter(phase: Phase): void {
    this.#phase = phase;
    this.#held = "";
  }

  #seek(text: string): string {
    const all = this.#held + text;
    const at = all.indexOf(NAME);
    if (at < 0) {
      this.#held = all.slice(1 - NAME.length);
      return "";
    }
    this.#enter("headers");
    return all.slice(at + NAME.length);
  }

  #readHeaders(text: string): string {
    const brace = text.indexOf("{");
    const end = brace < 0 ? text.length : brace;
    this.#held += text.slice(0, end);
    if (this.#held.length > HEADERS_LENGTH_MAX) this.#enter("between");
    else if (brace >= 0) {
      // A frame before it may have had no document.
      const last = this.#held.lastIndexOf(NAME);
      const named = last < 0 ? this.#held : this.#held.slice(last + NAME.length);
      this.#name = named.slice(1, 1 + named.charCodeAt(0));
      this.#enter("document");
    }
    return text.slice(end);
  }

  #readDocument(text: string): string {
    const broken = CONTROL.exec(text)?.index ?? text.length;
    let at = 0;
    while (at < broken && (at === 0 || this.#depth > 0)) {
      this.#step(text.charAt(at));
      at += 1;
    }
    if (this.#depth > 0 && at < text.length) return this.#breakOff(text.slice(at));
    if (this.#held.length <= DOCUMENT_LENGTH_MAX) this.#held += text.slice(0, at);
    if (this.#depth === 0) this.#endDocument();
    return text.slice(at);
  }

  /** No text of JSON has what came: it is another frame, or none. */
  #breakOff(rest: string): string {
    this.#depth = 0;
    this.#isInText = false;
    this.#isEscaped = false;
    this.#enter("between");
    return rest;
  }

  #step(char: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (char === '"') this.#isInText = !this.#isInText;
    else if (char === "\\") this.#isEscaped = this.#isInText;
    else if (this.#isInText) return;
    else if (char === "{") this.#depth += 1;
    else if (char === "}") this.#depth -= 1;
  }

  #endDocument(): void {
    const document = this.#held;
    if (document.length <= DOCUMENT_LENGTH_MAX && (this.#name === METADATA || !document.includes(this.#mark)))
      this.#documents.write(`${document.replaceAll(/[\r\n]/g, " ")}\n`);
    this.#enter("between");
  }
}
