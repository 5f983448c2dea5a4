// Field masks, "id,owner(name),items/price": which fields of a JSON document are meant. A backslash takes what follows for
// a part of a name. Arrays are passed through: a mask means each of their elements.

import { err, ok, type Result } from "../result.ts";

/** The selected fields by name; undefined selects all that is below. */
export type FieldMask = ReadonlyMap<string, FieldMask | undefined>;
type Mask = Map<string, FieldMask | undefined>;

const MASK_LENGTH_MAX = 2_048;
const DEPTH_MAX = 16;
const NAME = /(?:\\.|[^\\,()/\s\p{Cc}])+/uy;

interface Cursor {
  readonly text: string;
  at: number;
}

/** Parses a mask; the failure describes what is wrong with the text, and where. */
export function parseFieldMask(text: string): Result<FieldMask, string> {
  if (text.length > MASK_LENGTH_MAX) return err(`must have at most ${MASK_LENGTH_MAX} characters`);
  const cursor = { text, at: 0 };
  const mask: Mask = new Map();
  const problem = parseList(cursor, mask, 1);
  if (problem !== undefined) return err(problem);
  return cursor.at === text.length ? ok(mask) : err(toWanted("a comma", cursor));
}

function parseList(cursor: Cursor, mask: Mask, depth: number): string | undefined {
  for (;;) {
    const problem = parseItem(cursor, mask, depth);
    if (problem !== undefined || cursor.text[cursor.at] !== ",") return problem;
    cursor.at += 1;
  }
}

function parseItem(cursor: Cursor, mask: Mask, depth: number): string | undefined {
  NAME.lastIndex = cursor.at;
  const name = NAME.exec(cursor.text)?.[0];
  if (name === undefined) return toWanted("a field's name", cursor);
  cursor.at += name.length;
  const field = name.replace(/\\(.)/gu, "$1");
  const next = cursor.text[cursor.at];
  if (next !== "/" && next !== "(") {
    mask.set(field, undefined);
    return undefined;
  }
  if (depth === DEPTH_MAX) return toWanted(`at most ${DEPTH_MAX} levels`, cursor);
  cursor.at += 1;
  const below = descend(mask, field);
  if (next === "/") return parseItem(cursor, below, depth + 1);
  const problem = parseList(cursor, below, depth + 1);
  if (problem !== undefined) return problem;
  if (cursor.text[cursor.at] !== ")") return toWanted('a comma or a ")"', cursor);
  cursor.at += 1;
  return undefined;
}

/** The mask below a name. A field that is selected whole stays so: the mask that is returned then leads nowhere. */
function descend(mask: Mask, field: string): Mask {
  const known = mask.get(field);
  if (known !== undefined) return known as Mask;
  const below: Mask = new Map();
  if (!mask.has(field)) mask.set(field, below);
  return below;
}

const toWanted = (wanted: string, { at }: Cursor): string => `must have ${wanted} at character ${at + 1}`;
