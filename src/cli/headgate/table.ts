// Answers as people read them: lists as tables, single things as lines of names and values.

import { alignColumns } from "../align-columns.ts";
import { toDuration, toInstant } from "./times.ts";
import { toSafeText } from "./print-safely.ts";

/** A longer cell is cut: a list is for looking over, and `show` has all of it. */
const CELL_LENGTH_MAX = 60;

export type Item = Readonly<Record<string, unknown>>;
export type Column = readonly [heading: string, read: (item: Item) => unknown];

export function toTable(columns: readonly Column[], items: readonly Item[]): string {
  if (items.length === 0) return "(none)";
  return alignColumns([
    columns.map(([heading]) => heading),
    ...items.map((item) => columns.map(([, read]) => toCell(read(item)))),
  ]);
}

export function toCell(value: unknown): string {
  const text = toSafeText(value);
  return text.length > CELL_LENGTH_MAX ? `${text.slice(0, CELL_LENGTH_MAX - 3)}...` : text;
}

/** `undefined` values are left out. */
export function toLines(named: Item): string {
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  const width = Math.max(0, ...given.map(([name]) => toSafeText(name).length));
  return given.map(([name, value]) => `${toSafeText(name).padEnd(width)}  ${toSafeText(value)}`).join("\n");
}

/** Times, durations, lists and objects as people write them. */
export function toReadable(item: Item): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => toReadableMember(name, value)));
}

function toReadableMember(name: string, value: unknown): readonly [name: string, value: unknown] {
  if (/AtMs$|^atMs$/.test(name)) return [name.replace(/Ms$/, ""), toTime(value)];
  if (name.endsWith("Ms")) return [name.replace(/Ms$/, ""), toDuration(value)];
  return [name, toWords(value)];
}

/** A list's members with commas between them, and an object's as "name=value". */
function toWords(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(toWords).join(", ");
  if (!isItem(value)) return value;
  const named = Object.entries(toReadable(value)).filter(([, member]) => member !== undefined);
  return named.length === 0
    ? undefined
    : named.map(([name, member]) => `${name}=${toSafeText(member)}`).join(" ");
}

/** "in 42 min (15:04:31)", or how long ago; undefined for what is no time. */
export function toTime(value: unknown): string | undefined {
  return toInstant(value, Date.now());
}

export const isItem = (value: unknown): value is Item => typeof value === "object" && value !== null;

/** What `value` has of that name; an empty item where it is none. */
export function toItem(value: unknown): Item {
  return isItem(value) ? value : {};
}

export function toItems(value: unknown): readonly Item[] {
  return Array.isArray(value) ? value.map(toItem) : [];
}
