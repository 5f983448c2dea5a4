// Walks a valibot schema and lists the keys that a configuration may have, with their defaults.

import type * as v from "valibot";

export interface SchemaKey {
  /** Dotted from the schema's root: "key.query.include". */
  readonly path: string;
  readonly isRequired: boolean;
  /** What an absent key counts as, as it would be written; undefined where there is none. */
  readonly standard: unknown;
}

/** The parts of valibot's schemas that matter here: every schema has some of them. */
interface Node {
  readonly type: string;
  readonly pipe?: readonly Node[];
  readonly entries?: Readonly<Record<string, Node>>;
  readonly wrapped?: Node;
  readonly default?: unknown;
  readonly getter?: (input: unknown) => Node;
}

/** The keys of an object's schema, those of nested objects in place of the object's own. */
export function readSchemaKeys(schema: v.GenericSchema): readonly SchemaKey[] {
  return walkObject(schema, "");
}

/** The same of an object's entries alone. */
export function readEntryKeys(entries: v.ObjectEntries): readonly SchemaKey[] {
  return walkEntries(entries, "");
}

function walkObject(node: Node, prefix: string): readonly SchemaKey[] {
  const entries = findEntries(node);
  return entries === undefined ? [] : walkEntries(entries, prefix);
}

function walkEntries(entries: Readonly<Record<string, Node>>, prefix: string): readonly SchemaKey[] {
  return Object.entries(entries).flatMap(([name, entry]) => walkEntry(entry, `${prefix}${name}`));
}

function walkEntry(entry: Node, path: string): readonly SchemaKey[] {
  const inner = entry.wrapped ?? entry;
  const own = { path, isRequired: entry.type !== "optional", standard: entry.default };
  // One key that is a plain value or an object: the schema depends on what is given.
  if (inner.getter !== undefined) return [own, ...walkObject(inner.getter({}), `${path}.`)];
  const nested = walkObject(inner, `${path}.`);
  return nested.length > 0 ? nested : [own];
}

/** A pipe has the object's entries in one of its members. */
function findEntries({ entries, pipe = [] }: Node): Node["entries"] {
  if (entries !== undefined) return entries;
  for (const part of pipe) {
    const found = findEntries(part);
    if (found !== undefined) return found;
  }
  return undefined;
}
