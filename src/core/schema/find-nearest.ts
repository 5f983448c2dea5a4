// The nearest known word to a mistyped one, by edit distance, so that an error can say "did you mean".

const WORD_LENGTH_MAX = 64;

/** Edits from `a` to `b` in optimal string alignment: two letters that changed places are one edit. */
function toEditDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1)
      current.push(toEdits(rows, current, { a, b, row, column }));
    rows.push(current);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

interface Cell {
  readonly a: string;
  readonly b: string;
  readonly row: number;
  readonly column: number;
}

function toEdits(rows: readonly number[][], current: readonly number[], { a, b, row, column }: Cell): number {
  const above = rows[row - 1] ?? [];
  const substitution = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
  const isSwap = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
  const swap = isSwap ? (rows[row - 2]?.[column - 2] ?? Infinity) + 1 : Infinity;
  return Math.min(substitution, swap, (above[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
}

/** What other products call the same; of several, the one that is known. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  gcra: ["token-bucket"],
  bucket: ["token-bucket"],
  "dry-run": ["shadow"],
  dryrun: ["shadow"],
  "log-only": ["shadow"],
  log: ["shadow"],
  monitor: ["shadow"],
  active: ["enforce"],
  "fail-open": ["open"],
  "fail-closed": ["closed"],
  allow: ["open", "skip"],
  pass: ["open", "skip"],
  ignore: ["open", "skip"],
  block: ["closed", "deny"],
  reject: ["closed", "deny"],
  error: ["closed", "deny"],
  account: ["consumer"],
  user: ["consumer"],
  "user-id": ["consumer"],
  apikey: ["api-key"],
  global: ["everyone"],
  all: ["everyone"],
  "client-ip": ["ip"],
  "remote-addr": ["ip"],
  address: ["ip"],
  high: ["critical"],
  medium: ["normal"],
  low: ["background"],
  backup: ["fallback"],
  secondary: ["fallback"],
  daily: ["day"],
  annual: ["year"],
  sun: ["sunday"],
  mon: ["monday"],
  wait: ["queue"],
  mandatory: ["required"],
  requestbytesmax: ["bodyBytesMax"],
  client_max_body_size: ["bodyBytesMax"],
};

/** The known word at the smallest edit distance, or undefined when none is close enough to be what was meant. */
export function findNearest(word: string, known: readonly string[]): string | undefined {
  const typed = word.slice(0, WORD_LENGTH_MAX).toLowerCase();
  const synonyms = Object.hasOwn(SYNONYMS, typed) ? SYNONYMS[typed] : undefined;
  const synonym = synonyms?.find((one) => known.includes(one));
  if (synonym !== undefined) return synonym;
  let nearest: string | undefined;
  // Less than the word itself, or two words without a letter in common would be near.
  let nearestDistance = Math.min(typed.length, Math.max(2, Math.ceil(typed.length / 2)) + 1);
  for (const candidate of known) {
    const distance = toEditDistance(typed, candidate.slice(0, WORD_LENGTH_MAX).toLowerCase());
    if (distance < nearestDistance) {
      nearest = candidate;
      nearestDistance = distance;
    }
  }
  return nearest ?? findLonger(typed, known);
}

const BEGINNING_LENGTH_MIN = 4;

/** The only known word that begins with what was typed, or that it begins with: "leaky", "sliding-window-rate". */
function findLonger(typed: string, known: readonly string[]): string | undefined {
  if (typed.length < BEGINNING_LENGTH_MIN) return undefined;
  const found = known.filter(
    (word) => word.startsWith(typed) || (word.length >= BEGINNING_LENGTH_MIN && typed.startsWith(word)),
  );
  return found.length === 1 ? found[0] : undefined;
}
