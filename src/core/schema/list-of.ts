// Lists in the configuration, for all that reads some: one text or number in the place of a list is a list of one.

import * as v from "valibot";

const ENTRIES_MAX = 1_000;

interface ListBounds {
  readonly least?: 0 | 1;
  readonly most?: number;
}

/** A list of entries, or one entry that is a text or a number; `thing` is one of them, for the messages. */
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- valibot infers it
export function listOf<const Entry extends v.GenericSchema>(
  entry: Entry,
  thing: string,
  { least = 1, most = ENTRIES_MAX }: ListBounds = {},
) {
  type Given = v.InferInput<Entry>;
  return v.pipe(
    v.custom<Given | readonly Given[]>(() => true),
    v.transform(toWritten),
    v.array(entry, `must be a list of ${toPlural(thing)}`),
    v.minLength(least, `must name at least one ${thing}`),
    v.maxLength(most, `must name at most ${most} ${toPlural(thing)}`),
  );
}

const toWritten = (given: unknown): unknown =>
  typeof given === "string" || typeof given === "number" ? [given] : given;

/** The entries of what is given; what is no list has none. */
export function toEntries(given: unknown): readonly unknown[] {
  const written = toWritten(given);
  return Array.isArray(written) ? written : [];
}

function toPlural(thing: string): string {
  if (/[^aeiou]y$/.test(thing)) return `${thing.slice(0, -1)}ies`;
  return thing.endsWith("s") ? `${thing}es` : `${thing}s`;
}
