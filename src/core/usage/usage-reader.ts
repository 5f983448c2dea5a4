// Reads what a call used out of its answer as that passes: a JSON document, or a stream of events (server-sent, or a line
// each), in pieces of any size. Nothing of it is held but the event under way, and of that at most so much; the last number
// that is said of each kind holds, and none is ever added to another: APIs repeat sums.

import { JsonScanner } from "../body/json-scanner.ts";
import { type PathNode, toPathTree } from "../body/member-path.ts";
import { FrameReader } from "./frame-reader.ts";
import { listUsagePlaces, toUsage, type UsageFormat } from "./formats.ts";
import type { Usage } from "./usage.ts";

/** An event that is longer says nothing of usage. */
const EVENT_LENGTH_MAX = 262_144;
/** What no model uses in one call, so that a number of it is a mistake. */
const TOKENS_MAX = 1e9;

const [LINE_FEED, QUOTE, BACKSLASH, LETTER_U] = [10, 34, 92, 117];
const DATA = "data:";

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
  /** How the members begin that are the model's text; undefined: it is not known. */
  readonly texts: RegExp | undefined;
}

export function toUsagePlan(format: UsageFormat): UsagePlan {
  const places = listUsagePlaces(format);
  return {
    format,
    tree: toPathTree(places),
    places: places.map((place) => place.split(".")),
    texts: format.texts.length === 0 ? undefined : new RegExp(`"(?:${format.texts.join("|")})": ?"`, "g"),
  };
}

/** undefined for an answer of a type that is not read. */
export function createUsageReader(plan: UsagePlan, contentType: string): UsageReader | undefined {
  if (/^text\/event-stream\b/i.test(contentType)) return new EventReader(plan, true);
  if (/^application\/(?:x-ndjson|jsonl)\b/i.test(contentType)) return new EventReader(plan, false);
  if (/^application\/vnd\.amazon\.eventstream\b/i.test(contentType))
    return new FrameReader(new EventReader(plan, false), plan.format.mark);
  return /^application\/(?:[\w.-]+\+)?json\b/i.test(contentType) ? new DocumentReader(plan) : undefined;
}

const isTokens = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value <= TOKENS_MAX;

/** Whole lines are looked at together, by what few of them have; only those are cut out. */
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
    const first = text.indexOf("\n") + 1;
    if (first === 0) {
      this.#keep(text);
      return;
    }
    this.#keep(text.slice(0, first));
    this.#endLine();
    const last = text.lastIndexOf("\n") + 1;
    this.#readLines(text.slice(first, last));
    this.#keep(text.slice(last));
  }

  end(): SeenUsage {
    this.#endLine();
    return { usage: toUsage(this.#found, this.#plan.format), textLength: this.#textLength };
  }

  #keep(text: string): void {
    if (this.#line === undefined) return;
    const isTooLong = this.#line.length + text.length > EVENT_LENGTH_MAX;
    this.#line = isTooLong ? undefined : this.#line + text;
  }

  #endLine(): void {
    const line = this.#line ?? "";
    this.#line = "";
    this.#readLines(line);
  }

  #readLines(lines: string): void {
    const { format, places, texts } = this.#plan;
    if (texts !== undefined) {
      for (const { 0: beginning, index } of lines.matchAll(texts))
        if (this.#toData(lines, index) !== undefined)
          this.#textLength += measureTo(lines, index + beginning.length);
    }
    // Most events say that there is no usage yet, if anything: only what may have some is parsed.
    for (let at = lines.indexOf(format.mark); at >= 0; at = lines.indexOf(format.mark, at + 1)) {
      if (lines.startsWith(":null", at + format.mark.length)) continue;
      const [from, to] = this.#toData(lines, at) ?? [at, at];
      readPlaces(parse(lines.slice(from, to)), places, this.#found);
      at = Math.max(at, to);
    }
  }

  /** Where the data of an event stands that has something here; undefined for a line that is none, or is too long. */
  #toData(lines: string, at: number): readonly [from: number, to: number] | undefined {
    const from = lines.lastIndexOf("\n", at) + 1;
    const end = lines.indexOf("\n", at);
    const to = end < 0 ? lines.length : end;
    if (to - from > EVENT_LENGTH_MAX) return undefined;
    if (!this.#isSse) return [from, to];
    return lines.startsWith(DATA, from) ? [from + DATA.length, to] : undefined;
  }
}

/** How many characters a text has, each escape as the one that it stands for; 0 where it does not end in its line. */
function measureTo(lines: string, from: number): number {
  let length = 0;
  for (let at = from; at < lines.length; at += 1) {
    const code = lines.charCodeAt(at);
    if (code === QUOTE) return length;
    if (code === LINE_FEED) return 0;
    if (code === BACKSLASH) at += lines.charCodeAt(at + 1) === LETTER_U ? 5 : 1;
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
