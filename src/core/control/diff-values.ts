// What changes between two JSON values, leaf by leaf: for a dry run and for the audit log.

import { isObject } from "../schema/parse-with.ts";

export interface ValueChange {
  /** Dotted from the root. */
  readonly path: string;
  /** undefined: it was not there. */
  readonly before?: unknown;
  /** undefined: it is not there any longer. */
  readonly after?: unknown;
}

/** Compares two values; returns the first `most` changes. */
export function diffValues(before: unknown, after: unknown, most: number): readonly ValueChange[] {
  const changes: ValueChange[] = [];
  collect({ before, after, path: "" }, { changes, most });
  return changes;
}

interface Collected {
  readonly changes: ValueChange[];
  readonly most: number;
}

function collect({ path, before, after }: ValueChange, collected: Collected): void {
  if (collected.changes.length >= collected.most || before === after) return;
  const [one, other] = [toMembers(before), toMembers(after)];
  if (one === undefined || other === undefined || Array.isArray(before) !== Array.isArray(after)) {
    collected.changes.push({
      path,
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
    });
    return;
  }
  for (const name of new Set([...one.keys(), ...other.keys()])) {
    const at = path === "" ? name : `${path}.${name}`;
    collect({ path: at, before: one.get(name), after: other.get(name) }, collected);
  }
}

function toMembers(value: unknown): ReadonlyMap<string, unknown> | undefined {
  return Array.isArray(value) || isObject(value) ? new Map(Object.entries(value)) : undefined;
}
