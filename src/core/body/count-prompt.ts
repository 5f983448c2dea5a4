// How many tokens a request's prompt may be, before anybody has counted them: a token for every four characters of what is
// said to the model, and one for each that is of a script without spaces. What a picture is in letters says nothing of its
// tokens: it counts a fixed number.

/** Members of a request that are what is said to the model. */
const SAID: ReadonlySet<string> = new Set([
  "messages",
  "prompt",
  "input",
  "instructions",
  "system",
  "contents",
  "systemInstruction",
  "system_instruction",
]);
/** Their names count too: a schema is said as it stands. */
const SAID_WHOLE: ReadonlySet<string> = new Set(["tools", "functions", "toolConfig", "response_format"]);
const CHARACTERS_PER_TOKEN = 4;
const PICTURE_TOKENS = 1_000;
/** A name that is longer is none of those that are looked for. */
const NAME_LENGTH_MAX = 64;
/** Members that have a picture, a sound or a file in letters; others have it in a URL of its own. */
const CODED: ReadonlySet<string> = new Set(["data", "bytes", "file_data"]);
const CODED_URL = "data:";
const [QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_LIST, CLOSE_LIST, COLON] = [34, 92, 123, 125, 91, 93, 58];
/** From here on a character is about a token: the scripts of East Asia. */
const WIDE_MIN = 0x2e80;

/** `text` is JSON. */
export function countPrompt(text: string): number {
  let tokens = 0;
  let depth = 0;
  let name = "";
  let inner = "";
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    depth += toStep(code);
    if (code !== QUOTE) continue;
    const from = at + 1;
    const end = findEnd(text, from);
    at = end;
    if (isFollowedByColon(text, end + 1)) {
      inner = text.slice(from, Math.min(end, from + NAME_LENGTH_MAX));
      if (depth === 1) name = inner;
      else if (SAID_WHOLE.has(name)) tokens += countText(text, from, end);
    } else if (SAID.has(name) || SAID_WHOLE.has(name)) {
      const isCoded = CODED.has(inner) || text.startsWith(CODED_URL, from);
      tokens += Math.min(isCoded ? PICTURE_TOKENS : Infinity, countText(text, from, end));
    }
  }
  return Math.ceil(tokens);
}

function toStep(code: number): number {
  if (code === OPEN || code === OPEN_LIST) return 1;
  return code === CLOSE || code === CLOSE_LIST ? -1 : 0;
}

/** Where a text ends: at its quote, or at the end of all. */
function findEnd(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE) return at;
  }
  return text.length;
}

function isFollowedByColon(text: string, from: number): boolean {
  let at = from;
  while (at < text.length && text.charCodeAt(at) <= 32) at += 1;
  return text.charCodeAt(at) === COLON;
}

function countText(text: string, from: number, end: number): number {
  let characters = 0;
  let wide = 0;
  for (let at = from; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code === BACKSLASH) at += text.charAt(at + 1) === "u" ? 5 : 1;
    if (code >= WIDE_MIN) wide += 1;
    else characters += 1;
  }
  return characters / CHARACTERS_PER_TOKEN + wide;
}
