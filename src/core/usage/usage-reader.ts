// Reads what a call used out of its answer as that passes: a JSON document, or a stream of events (server-sent, or a line
// each), in pieces of any size. Nothing of it is held but the event under way, and of that at most so much; the last number
// that is said of each kind holds, and none is ever added to another: APIs repeat sums.

import { JsonScanner } from "../body/json-scanner.ts";
import { type PathNode, toPathTree } from "../body/member-path.ts";
import { listUsagePlaces, toUsage, type UsageFormat } from "./formats.ts";
import type { Usage } from "./usage.ts";

/** An event that is longer says nothing of usage. */
const EVENT_LENGTH_MAX = 262_144;
/** What no model uses in one call, so that a number of it is a mistake. */
const TOKENS_MAX = 1e9;

const [SPACE, QUOTE, BACKSLASH, LETTER_U] = [32, 34, 92, 117];

export interface SeenUsage {
  /** undefined: nothing was said, or nothing that can be read. */
  readonly usage: Usage | undefined;
  /** How many characters of the model's text have passed, where it is a stream. */
  readonly textLength: number;
}

export interface UsageReader {
  readonly write: (text: string) => void;
  readonly end: () => SeenUsage;
}

/** What is made once for each format. */
export interface UsagePlan {
  readonly format: UsageFormat;
  readonly tree: PathNode;
  readonly places: readonly (readonly string[])[];
  /** How the members begin that are the model's text. */
  readonly texts: readonly string[];
}

export function toUsagePlan(format: UsageFormat): UsagePlan {
  const places = listUsagePlaces(format);
  return {
    format,
    tree: toPathTree(places),
    places: places.map((place) => place.split(".")),
    texts: format.texts.map((name) => `"${name}":`),
  };
}

/** undefined for an answer of a type that is not read. */
export function createUsageReader(plan: UsagePlan, contentType: string): UsageReader | undefined {
  if (/^text\/event-stream\b/i.test(contentType)) return new EventReader(plan, true);
  if (/^application\/(?:x-ndjson|jsonl)\b/i.test(contentType)) return new EventReader(plan, false);
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType) ? new DocumentReader(plan) : undefined;
}

const isTokens = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= TOKENS_MAX;

class EventReader implements UsageReader {
  readonly #plan: UsagePlan;
  readonly #isSse: boolean;
  readonly #found = new Map<string, number>();
  /** The line under way; undefined: it is too long, and is passed over. */
  #line: string | undefined = "";
  #textLength = 0;

  constructor(plan: UsagePlan, isSse: boolean) {
    this.#plan = plan;
    this.#isSse = isSse;
  }

  write(text: string): void {
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      this.#keep(text, from, at);
      this.#endLine();
      from = at + 1;
    }
    this.#keep(text, from, text.length);
  }

  end(): SeenUsage {
    this.#endLine();
    return { usage: toUsage(this.#found, this.#plan.format), textLength: this.#textLength };
  }

  #keep(text: string, from: number, to: number): void {
    if (this.#line === undefined || from === to) return;
    const isTooLong = this.#line.length + to - from > EVENT_LENGTH_MAX;
    this.#line = isTooLong ? undefined : this.#line + text.slice(from, to);
  }

  #endLine(): void {
    const line = this.#line;
    this.#line = "";
    if (line === undefined || line === "") return;
    if (!this.#isSse) this.#readEvent(line);
    else if (line.startsWith("data:")) this.#readEvent(line.slice(5));
  }

  #readEvent(data: string): void {
    const { format, places, texts } = this.#plan;
    for (const beginning of texts) this.#textLength += measureText(data, beginning);
    if (isMarked(data, format.mark)) readPlaces(parse(data), places, this.#found);
  }
}

/** Most events say that there is no usage yet, if anything: only what may have some is parsed. */
function isMarked(data: string, mark: string): boolean {
  const at = data.lastIndexOf(mark);
  if (at < 0) return false;
  return !data.startsWith(":null", at + mark.length) || data.indexOf(mark) !== at;
}

/** How many characters the texts have that begin so. */
function measureText(data: string, beginning: string): number {
  let length = 0;
  for (let at = data.indexOf(beginning); at >= 0; at = data.indexOf(beginning, at + 1)) {
    let from = at + beginning.length;
    if (data.charCodeAt(from) === SPACE) from += 1;
    if (data.charCodeAt(from) === QUOTE) length += measureTo(data, from + 1);
  }
  return length;
}

/** Up to the text's end, each escape as the one character that it stands for. */
function measureTo(data: string, from: number): number {
  let length = 0;
  for (let at = from; at < data.length; at += 1) {
    const code = data.charCodeAt(at);
    if (code === QUOTE) return length;
    if (code === BACKSLASH) at += data.charCodeAt(at + 1) === LETTER_U ? 5 : 1;
    length += 1;
  }
  return 0;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readPlaces(
  value: unknown,
  places: readonly (readonly string[])[],
  found: Map<string, number>,
): void {
  for (const steps of places) {
    let inner = value;
    for (const step of steps) {
      const isObject = typeof inner === "object" && inner !== null && Object.hasOwn(inner, step);
      inner = isObject ? (inner as Readonly<Record<string, unknown>>)[step] : undefined;
    }
    if (isTokens(inner)) found.set(steps.join("."), inner);
  }
}

/** One document, or a list of them: a stream of Gemini's that nobody asked to be one of events. */
class DocumentReader implements UsageReader {
  readonly #plan: UsagePlan;
  readonly #found = new Map<string, number>();
  #scanner: JsonScanner | undefined;
  #list: ListReader | undefined;

  constructor(plan: UsagePlan) {
    this.#plan = plan;
  }

  write(text: string): void {
    if (this.#scanner === undefined && this.#list === undefined) {
      const first = /\S/.exec(text)?.[0];
      if (first === undefined) return;
      if (first === "[") this.#list = new ListReader((item) => this.#readItem(item));
      else this.#scanner = new JsonScanner(this.#plan.tree);
    }
    this.#scanner?.write(text);
    this.#list?.write(text);
  }

  end(): SeenUsage {
    for (const [place, value] of this.#scanner?.end() ?? []) {
      const tokens = value.kind === "number" ? Number(value.text) : undefined;
      if (isTokens(tokens)) this.#found.set(place, tokens);
    }
    return { usage: toUsage(this.#found, this.#plan.format), textLength: 0 };
  }

  #readItem(item: string): void {
    if (item.includes(this.#plan.format.mark)) readPlaces(parse(item), this.#plan.places, this.#found);
  }
}

/** The elements of a list, each as its text; one that is too long is left out. */
class ListReader {
  readonly #onItem: (text: string) => void;
  #depth = 0;
  #isInText = false;
  #isEscaped = false;
  #item: string | undefined = "";

  constructor(onItem: (text: string) => void) {
    this.#onItem = onItem;
  }

  write(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const isItem = this.#depth > 1;
      this.#step(text.charAt(at));
      if (!isItem && this.#depth > 1) from = at;
      if (!isItem || this.#depth > 1) continue;
      this.#keep(text.slice(from, at + 1));
      if (this.#item !== undefined) this.#onItem(this.#item);
      this.#item = "";
    }
    if (this.#depth > 1) this.#keep(text.slice(from));
  }

  #step(char: string): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (this.#isInText) {
      if (char === "\\") this.#isEscaped = true;
      else if (char === '"') this.#isInText = false;
    } else if (char === '"') this.#isInText = true;
    else if (char === "{" || char === "[") this.#depth += 1;
    else if (char === "}" || char === "]") this.#depth -= 1;
  }

  #keep(text: string): void {
    if (this.#item === undefined) return;
    this.#item = this.#item.length + text.length > EVENT_LENGTH_MAX ? undefined : this.#item + text;
  }
}
