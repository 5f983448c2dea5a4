// Finds secrets in what an origin answers, also where they are written as URLs, JSON or HTML write them, and in a text that is
// still coming: what may be the beginning of one is known, and nothing else is held back.

/** A stretch of a text, from its first character to behind its last. */
export type Stretch = readonly [from: number, to: number];

/** The ways in which one character of a secret is written. */
type Unit = readonly string[];

const ENTITIES: Readonly<Record<string, string>> = { "&": "amp", "<": "lt", ">": "gt", '"': "quot" };
const PLAIN = /[A-Za-z0-9]/;

export class SecretFinder {
  readonly #pattern: RegExp;
  readonly #secrets: readonly (readonly Unit[])[];
  readonly #firsts: ReadonlySet<string>;
  readonly #lengthMax: number;

  /** `secrets` are at least one, of printable ASCII. */
  constructor(secrets: readonly string[]) {
    // What is found first holds: the longer of two that begin alike.
    const sorted = [...new Set(secrets)].sort((one, other) => other.length - one.length);
    this.#secrets = sorted.map((secret) => Array.from(secret, toUnit));
    this.#pattern = new RegExp(this.#secrets.map(toPattern).join("|"), "g");
    this.#firsts = new Set(this.#secrets.flatMap(([unit = []]) => unit.map((written) => written.charAt(0))));
    this.#lengthMax = Math.max(...this.#secrets.map(toLengthMax));
  }

  has(text: string): boolean {
    return text.search(this.#pattern) !== -1;
  }

  find(text: string): readonly Stretch[] {
    return Array.from(text.matchAll(this.#pattern), (match) => [match.index, match.index + match[0].length]);
  }

  /** The text with as many asterisks in each secret's place as it had characters. */
  redact(text: string): string {
    return text.replace(this.#pattern, (secret) => "*".repeat(secret.length));
  }

  /** Where what may be the beginning of a secret begins: nothing before `from`, which is behind the last one found. */
  findUnfinished(text: string, from: number): number {
    for (let at = Math.max(from, text.length - this.#lengthMax + 1); at < text.length; at += 1) {
      if (!this.#firsts.has(text.charAt(at))) continue;
      if (this.#secrets.some((units) => mayBegin(text, at, { units, unit: 0 }))) return at;
    }
    return text.length;
  }
}

interface Place {
  readonly units: readonly Unit[];
  readonly unit: number;
}

/** Whether the text from here to its end is the beginning of the secret from this unit on. */
function mayBegin(text: string, at: number, { units, unit }: Place): boolean {
  if (at === text.length) return unit < units.length;
  for (const written of units[unit] ?? []) {
    const given = text.slice(at, at + written.length);
    if (!written.startsWith(given)) continue;
    if (given.length < written.length) return true;
    if (mayBegin(text, at + written.length, { units, unit: unit + 1 })) return true;
  }
  return false;
}

function toUnit(char: string): Unit {
  if (PLAIN.test(char)) return [char];
  const hex = char.charCodeAt(0).toString(16).padStart(2, "0");
  const cases = [...new Set([hex, hex.toUpperCase()])];
  const entity = ENTITIES[char];
  return [
    ...cases.flatMap((digits) => [
      `%25${digits}`,
      `%${digits}`,
      `\\u00${digits}`,
      `&#x${digits};`,
      `\\x${digits}`,
    ]),
    `&#${char.charCodeAt(0)};`,
    `&#0${char.charCodeAt(0)};`,
    ...(entity === undefined ? [] : [`&${entity};`]),
    ...(char === " " ? ["+"] : []),
    `\\${char}`,
    char,
  ];
}

function toPattern(units: readonly Unit[]): string {
  return units
    .map((written) => (written.length === 1 ? (written[0] ?? "") : `(?:${written.map(escape).join("|")})`))
    .join("");
}

function escape(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}

function toLengthMax(units: readonly Unit[]): number {
  return units.reduce((length, written) => length + Math.max(...written.map((one) => one.length)), 0);
}
