// Reading a counter's stored state: what is damaged or belongs to something else is refused, never repaired.

import * as v from "valibot";
import { parseWith } from "../schema/parse-with.ts";
import { LIMIT_MAX } from "../schema/primitives.ts";
import { ok, type Result } from "../result.ts";

/** A bound far above every limit and every clock; the sum of two is still exact. */
const STORED_MAX = 2 ** 52;

const storedInteger = (least: number, most = STORED_MAX) =>
  v.pipe(v.number(), v.integer(), v.minValue(least), v.maxValue(most));

/** A count of units or fractions: an integer of at least 0. */
export const storedCount = storedInteger(0);
/** Epoch milliseconds. */
export const storedTimeMs = storedInteger(0);
/** A length in milliseconds, at least 1, so that nothing divides by zero. */
export const storedLengthMs = storedInteger(1);
/** Units that were taken together: no policy can take more than its limit. */
export const storedUnits = storedInteger(1, LIMIT_MAX);

/** The states of one algorithm. Its name is stored with them: a state of another algorithm is refused. */
// The return type is valibot's own inference: writing it out would repeat the entries.
// oxlint-disable-next-line typescript/explicit-module-boundary-types -- see above
export function storedState<const Name extends string, const Entries extends v.ObjectEntries>(
  name: Name,
  entries: Entries,
) {
  return v.strictObject({ algorithm: v.literal(name), ...entries });
}

/** Parses a stored state: undefined stays undefined ("never seen"), anything else must fit the schema. */
export function parseStoredState<State>(
  schema: v.GenericSchema<unknown, State>,
  stored: unknown,
): Result<State | undefined> {
  return stored === undefined ? ok(undefined) : parseWith(schema, stored);
}
