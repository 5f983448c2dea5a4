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
  const found: (string | undefined)[] = [];
  let at = skipSpace(text, 0);
  while (text[at] === "[" || text[at] === ",") {
    at = skipSpace(text, at + 1);
    if (text[at] === "]") break;
    found.push(text[at] === "{" ? findField(text, at, name) : undefined);
    at = skipSpace(text, findValueEnd(text, at));
  }
  return found;
}

function findField(text: string, start: number, name: string): string | undefined {
  let found: string | undefined;
  let at = start;
  while (text[at] === "{" || text[at] === ",") {
    at = skipSpace(text, at + 1);
    if (text[at] !== '"') break;
    const nameEnd = findStringEnd(text, at);
    const isNamed = readName(text.slice(at, nameEnd)) === name;
    const valueAt = skipSpace(text, skipSpace(text, nameEnd) + 1);
    const end = findValueEnd(text, valueAt);
    if (isNamed) found = text.slice(valueAt, end);
    at = skipSpace(text, end);
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
