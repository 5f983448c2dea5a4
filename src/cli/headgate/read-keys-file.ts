// Reads a file of API keys that were made elsewhere: lines of JSON, or CSV with a line of names. A key's own text is hashed
// here and never leaves this machine.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { toUnknownKeyMessage } from "../../core/schema/parse-with.ts";
import { CommandFailure } from "./exit-codes.ts";
import { parseCsv } from "./parse-csv.ts";
import type { Item } from "./table.ts";

/** A key as the API takes it, or why the line is none. */
export interface KeyLine {
  /** As an editor counts them. */
  readonly line: number;
  readonly key: Item | undefined;
  readonly problem: string | undefined;
}

const SHOWN_CHARACTERS = 4;
/** A text that is shorter is not shown in part. */
const LONG_CHARACTERS = 24;
const PREFIX_CHARACTERS_MAX = 16;
const HASH = /^[0-9a-f]{64}$/i;
/** What a line may say of a key. */
const COLUMNS = [
  "key",
  "hash",
  "prefix",
  "consumer",
  "tier",
  "scopes",
  "enabled",
  "expires",
  "expiresAtMs",
  "metadata",
];

export async function readKeysFile(file: string): Promise<readonly KeyLine[]> {
  let content: string;
  try {
    content = file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new CommandFailure("refused", `Cannot read ${file}: ${cause}`);
  }
  const whole = content.replace(/^\uFEFF/, "");
  return whole.trimStart().startsWith("{") ? readJsonLines(whole) : readCsv(whole, file);
}

function readJsonLines(content: string): readonly KeyLine[] {
  return content.split("\n").flatMap((line, index): KeyLine[] => {
    if (line.trim() === "") return [];
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      value = undefined;
    }
    const isItem = typeof value === "object" && value !== null && !Array.isArray(value);
    return [toKeyLine(index + 1, isItem ? (value as Item) : undefined, "is no JSON object")];
  });
}

function readCsv(content: string, file: string): readonly KeyLine[] {
  const [head, ...rows] = parseCsv(content);
  const names = head?.cells.map((name) => name.trim()) ?? [];
  if (!names.includes("key") && !names.includes("hash"))
    throw new CommandFailure(
      "refused",
      `Cannot read ${file}: it has neither lines of JSON nor a first line of names with "key" or "hash"`,
    );
  return rows.map(({ line, cells }) => {
    const isWhole = cells.length === names.length;
    const entries = names.map((name, index) => [name, cells[index]?.trim() ?? ""] as const);
    const item = Object.fromEntries(entries.filter(([, value]) => value !== ""));
    return toKeyLine(line, isWhole ? item : undefined, `has ${cells.length} of ${names.length} values`);
  });
}

/** CSV has texts alone; JSON may have lists, numbers and switches. */
function toKeyLine(line: number, item: Item | undefined, problem: string): KeyLine {
  if (item === undefined) return { line, key: undefined, problem };
  const { key, scopes, enabled, expires, expiresAtMs, ...rest } = item;
  const misplaced = findMisplaced(item);
  if (misplaced !== undefined) return { line, key: undefined, problem: misplaced };
  const endMs = expires === undefined ? toNumber(expiresAtMs) : toTimeMs(expires);
  if (Number.isNaN(endMs))
    return { line, key: undefined, problem: '"expires" must be a date such as 2027-01-31' };
  const secret = typeof key === "string" ? toSecret(key) : {};
  const listed = typeof scopes === "string" ? scopes.split(/[ ;,]+/).filter((scope) => scope !== "") : scopes;
  return {
    line,
    key: {
      ...secret,
      ...rest,
      ...(listed === undefined ? {} : { scopes: listed }),
      ...(enabled === undefined ? {} : { enabled: toSwitch(enabled) }),
      ...(endMs === undefined ? {} : { expiresAtMs: endMs }),
    },
    problem: undefined,
  };
}

const toTimeMs = (value: unknown): number => (typeof value === "string" ? Date.parse(value) : Number.NaN);

/** What must not be sent to be refused there: it may be a key's text, in a column that is not its own. */
function findMisplaced({ key, hash, prefix, ...others }: Item): string | undefined {
  const unknown = Object.keys(others).find((name) => !COLUMNS.includes(name));
  if (unknown !== undefined) return toUnknownKeyMessage(unknown, COLUMNS);
  if (key !== undefined && (typeof key !== "string" || key === "")) return '"key" must be the text of a key';
  if (prefix !== undefined && !(typeof prefix === "string" && prefix.length <= PREFIX_CHARACTERS_MAX))
    return `"prefix" must be what of the key may be shown: at most ${PREFIX_CHARACTERS_MAX} characters`;
  return hash === undefined ? undefined : findWrongHash(hash, key);
}

function findWrongHash(hash: unknown, key: string | undefined): string | undefined {
  if (typeof hash !== "string" || !HASH.test(hash))
    return '"hash" must be 64 hexadecimal digits, the SHA-256 of the key\'s whole text; a text stands in "key"';
  return key === undefined || toHash(key) === hash.toLowerCase()
    ? undefined
    : '"hash" is not the SHA-256 of "key"';
}

const toNumber = (value: unknown): number | undefined => (value === undefined ? undefined : Number(value));
const toSwitch = (value: unknown): unknown => (value === "true" ? true : value === "false" ? false : value);

/** The first characters of a long text tell keys apart and open nothing. */
function toSecret(key: string): Item {
  const hash = toHash(key);
  return key.length < LONG_CHARACTERS ? { hash } : { hash, prefix: key.slice(0, SHOWN_CHARACTERS) };
}

const toHash = (key: string): string => createHash("sha256").update(key).digest("hex");
