// Finds its way through a JSON text without reading any of its values. Of a text that is no JSON it says anything, but ends.

const SPACE = /\s*/y;
/** A number or a word. */
const SCALAR = /[^\s,:"{}[\]]*/y;
const QUOTE = 0x22;

/** Where the next character is that is no space. */
export function skipSpace(text: string, at: number): number {
  return skip(text, at, SPACE);
}

/** Where the value ends that starts there. */
export function findValueEnd(text: string, start: number): number {
  let at = start;
  let open = 0;
  do {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = findStringEnd(text, at);
    else if (isOpening(code)) {
      open += 1;
      at += 1;
    } else if (isClosing(code)) {
      open -= 1;
      at += 1;
    } else at = open > 0 ? at + 1 : skip(text, at, SCALAR);
  } while (open > 0 && at < text.length);
  return at;
}

/** Whether no value stands in more than so many others. */
export function isWithinDepth(text: string, most: number): boolean {
  let open = 0;
  for (let at = 0; at < text.length && open <= most;) {
    const code = text.charCodeAt(at);
    if (isOpening(code)) open += 1;
    else if (isClosing(code)) open -= 1;
    at = code === QUOTE ? findStringEnd(text, at) : at + 1;
  }
  return open <= most;
}

/** A name as it is meant, of one as it is written. */
export function readName(written: string): string {
  return written.includes("\\") ? (JSON.parse(written) as string) : written.slice(1, -1);
}

/** How many elements a list has, or `most + 1` where there are more: it is read no further. 0 for what is no list. */
export function countElements(text: string, most: number): number {
  let at = skipSpace(text, 0);
  let count = 0;
  for (let next = text[at] === "[" ? "," : ""; next === "," && count <= most; next = text[at] ?? "") {
    at = skipSpace(text, at + 1);
    if (at >= text.length || text[at] === "]") break;
    count += 1;
    at = skipSpace(text, findValueEnd(text, at));
  }
  return count;
}

/** Of each object in a list the value of the field of this name, as it is written. Where it stands twice, the last holds. */
export function findFields(text: string, name: string): readonly (string | undefined)[] {
  return listElements(text).map((element) => {
    const field = listMembers(element).findLast((one) => one.name === name);
    return field && element.slice(field.from, field.to);
  });
}

/** Where a value stands in a text. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** The elements of a list, as they are written; none of what is no list. */
export function listElements(text: string): readonly string[] {
  return listSpans(text).map(({ from, to }) => text.slice(from, to));
}

/** Where the elements of a list stand. */
export function listSpans(text: string): readonly Span[] {
  const found: Span[] = [];
  let at = skipSpace(text, 0);
  while (text[at] === "[" || text[at] === ",") {
    const from = skipSpace(text, at + 1);
    if (from >= text.length || text[from] === "]") break;
    const to = findValueEnd(text, from);
    found.push({ from, to });
    at = skipSpace(text, to);
  }
  return found;
}

/** The members of an object, in order and as often as they stand there; none of what is no object. */
export function listMembers(text: string): readonly (Span & { readonly name: string })[] {
  const found: (Span & { readonly name: string })[] = [];
  let at = skipSpace(text, 0);
  while (text[at] === "{" || (found.length > 0 && text[at] === ",")) {
    at = skipSpace(text, at + 1);
    if (text[at] !== '"') break;
    const nameEnd = findStringEnd(text, at);
    const from = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const to = findValueEnd(text, from);
    found.push({ name: readName(text.slice(at, nameEnd)), from, to });
    at = skipSpace(text, to);
  }
  return found;
}

/** A quote behind an odd number of backslashes is a part of the string. */
function findStringEnd(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1);
  while (end !== -1 && isEscaped(text, end));
  return end === -1 ? text.length : end + 1;
}

function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text[before - 1] === "\\") before -= 1;
  return (at - before) % 2 === 1;
}

/** "{" or "[". */
const isOpening = (code: number): boolean => code === 0x7b || code === 0x5b;
/** "}" or "]". */
const isClosing = (code: number): boolean => code === 0x7d || code === 0x5d;

function skip(text: string, at: number, pattern: RegExp): number {
  pattern.lastIndex = at;
  pattern.test(text);
  return pattern.lastIndex;
}
